/** Certificates are valid at a time, so a wrong clock looks like a wrong certificate. */
export function clockSays(now: Date): string {
  return `and this machine's clock says ${now.toISOString()}`;
}
