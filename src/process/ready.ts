/**
 * Tells the process that started this one that its ports are open and it does its work. Process managers that listen for the message
 * `ready`, such as pm2, then know that this very process is up, and not another one that has the port. Without such a parent, it does
 * nothing.
 */
export function tellReady(): void {
  process.send?.('ready', undefined, undefined, () => undefined); // the parent may be gone
}
