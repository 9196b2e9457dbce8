export const STYLE = `
:root { --ink: #17212b; --soft: #5b6b7a; --line: #dde4ea; --page: #f4f6f8; --card: #fff; --brand: #17425f; --accent: #1f6fb2; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7edf2; --soft: #9aabba; --line: #2c3944; --page: #10171d; --card: #18222b; --brand: #0d2a3d; --accent: #63b1ee; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); }
header { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: center; padding: 12px 20px; background: var(--brand); color: #fff; }
.brand { font-weight: 700; } .brand small { font-weight: 400; opacity: .75; margin-left: 8px; }
nav { display: flex; flex-wrap: wrap; gap: 4px; }
nav a { color: #fff; text-decoration: none; padding: 4px 12px; border-radius: 99px; }
nav a[aria-current] { background: rgb(255 255 255 / .2); }
main { max-width: 1000px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 1.5rem; margin: 0 0 4px; } h2 { font-size: 1.1rem; margin: 28px 0 8px; }
p.lead { color: var(--soft); margin: 0 0 20px; max-width: 62ch; }
a { color: var(--accent); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px; margin: 0 0 12px; }
.cards { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); }
.cards .card { margin: 0; } a.card { display: block; color: inherit; text-decoration: none; } a.card:hover { border-color: var(--accent); }
.card h3 { margin: 0 0 4px; font-size: 1rem; } .soft { color: var(--soft); font-size: .875rem; }
.row { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; justify-content: space-between; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
form { margin: 0; } form.actions input { flex: 1 1 120px; min-width: 0; }
button, .button { font: inherit; border: 1px solid var(--line); background: var(--card); color: var(--ink); border-radius: 8px; padding: 6px 14px; cursor: pointer; text-decoration: none; }
button:hover { border-color: var(--accent); }
button.main { background: #1f6fb2; border-color: #1f6fb2; color: #fff; } button.bad { color: #c0392b; }
button:focus-visible, a:focus-visible, input:focus-visible, select:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
input, select { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 8px; padding: 6px 10px; max-width: 100%; }
label { display: flex; flex-direction: column; gap: 2px; font-size: .8rem; color: var(--soft); }
.badge { font-size: .75rem; font-weight: 700; letter-spacing: .03em; border-radius: 99px; padding: 2px 10px; white-space: nowrap; background: #e3e8ed; color: #3c4a57; }
.badge.asked { background: #fdebc8; color: #7a4b00; } .badge.going { background: #d6e8f9; color: #134b7c; }
.badge.good { background: #d3f0dc; color: #14602f; } .badge.bad { background: #fadbd8; color: #922b21; }
code { background: var(--page); border-radius: 4px; padding: 1px 5px; overflow-wrap: anywhere; }
.phone { width: min(380px, 100%); margin: 0 auto; border: 10px solid #10171d; border-radius: 40px; background: var(--card); min-height: 620px; padding: 16px 14px 28px; overflow: hidden; }
.phone .bar { display: flex; justify-content: space-between; font-size: .75rem; color: var(--soft); padding: 0 10px 10px; }
.phone h1 { text-align: center; font-size: 1rem; } .phone .from { text-align: center; margin: 0 0 16px; }
.bubble { background: #e9edf1; color: #17212b; border-radius: 18px 18px 18px 4px; padding: 10px 14px; margin: 4px 30px 12px 0; overflow-wrap: anywhere; }
.bubble.link { background: #d6e8f9; } .bubble time { display: block; font-size: .7rem; color: #5b6b7a; }
.bubble.link .badge { background: #fff; }
.bubble strong { font-size: 1.15rem; letter-spacing: .06em; }
.session { width: min(440px, 100%); margin: 0 auto; text-align: center; }
.camera { aspect-ratio: 4 / 3; border-radius: 16px; background: #10171d; color: #cfd9e2; display: grid; place-items: center; margin: 16px 0; }
.camera .oval { width: 34%; aspect-ratio: 3 / 4; border: 3px dashed #63b1ee; border-radius: 50%; }
.session form { display: grid; gap: 10px; } .session button { padding: 12px; }
.empty { text-align: center; color: var(--soft); padding: 40px 0; }
@media (max-width: 480px) { .phone { border-width: 4px; min-height: 480px; } main { padding-top: 16px; } }
`;

/** Replaces the parts marked `data-live` with newer ones, unless somebody is typing in them. */
export const LIVE_SCRIPT = `
if (document.querySelector('[data-live]')) setInterval(async () => {
  try {
    const text = await (await fetch(location.href)).text();
    const fresh = new DOMParser().parseFromString(text, 'text/html').querySelectorAll('[data-live]');
    document.querySelectorAll('[data-live]').forEach((old, index) => {
      const now = fresh[index];
      if (now && old.innerHTML !== now.innerHTML && !old.contains(document.activeElement)) old.replaceWith(now);
    });
  } catch { document.title = 'Sandbox is away'; }
}, 1000)`;
