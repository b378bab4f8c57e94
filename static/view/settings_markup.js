// What the tab of the settings consists of.

const arrow = `<svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d="M12.5 4.5L7 10l5.5 5.5"/></svg>`;

const choice = (name, value, words) =>
    `<label><input type="radio" name="${name}" value="${value}"><span>${words}</span></label>`;
const choices = (name, legend, all) =>
    `<fieldset class="choices" id="set-${name}"><legend>${legend}</legend>
    ${all.map(([value, words]) => choice(name, value, words)).join("\n    ")}
  </fieldset>`;
const check = (id, words, more = "") =>
    `<label class="check"><input type="checkbox" id="${id}"${more}><span>${words}</span></label>`;

const markup = `<div class="tab-head"><h1 id="settings-title">Settings</h1><a class="quiet" id="settings-close" data-tab="price" href="./">${arrow}To the price</a></div>
<div class="settings">
<section aria-labelledby="set-look">
  <h2 id="set-look">Appearance</h2>
  ${choices("theme", "Theme", [["system", "System"], ["light", "Light"], ["dark", "Dark"]])}
  ${choices("colours", "Gains and losses", [["green", `<b class="up">▲</b> <b class="down">▼</b> Green and red`], ["blue", `<b class="up">▲</b> <b class="down">▼</b> Blue and orange`]])}
  ${check("set-compact", "Compact: more on one screen")}
</section>
<section aria-labelledby="set-numbers">
  <h2 id="set-numbers">Numbers and times</h2>
  <div class="field"><label for="set-locale">Numbers and dates</label><select id="set-locale"></select></div>
  ${choices("currency", "Currency", [["symbol", "Sign, $"], ["code", "Code, USD"], ["none", "None"]])}
  ${choices("unit", "Bitcoin", [["currency", "BTC"], ["sats", "Satoshis"]])}
  <p class="hint">A bitcoin has 100 million satoshis. With satoshis, prices in bitcoin are in sats, and beside the price of bitcoin stands how many sats a unit of its currency buys.</p>
  <p class="sample">Prices look like <output id="set-sample"></output></p>
  <div class="field"><label for="set-zone">Time zone</label><select id="set-zone"></select></div>
</section>
<section aria-labelledby="sections-title">
  <h2 id="sections-title">Sections of the Price tab</h2>
  <ul class="sections" id="sections" aria-labelledby="sections-title"></ul>
  <button class="quiet" id="sections-restore" type="button">Restore the usual ones</button>
</section>
<section aria-labelledby="alarms-title">
  <h2 id="alarms-title">Alarms</h2>
  <p class="hint">You are told once each time a price crosses a threshold, while this page is open.</p>
  <ul class="alarms" id="alarms" aria-labelledby="alarms-title"></ul>
  <form class="alarm-form" id="alarm-form" novalidate>
    <div class="field"><label for="alarm-symbol">Symbol</label><select id="alarm-symbol"></select></div>
    <div class="field"><label for="alarm-side">When it</label><select id="alarm-side"><option value="above">rises to</option><option value="below">falls to</option></select></div>
    <div class="field"><label for="alarm-price" id="alarm-unit">Price</label><input id="alarm-price" type="text" inputmode="decimal" autocomplete="off" aria-describedby="alarm-wrong"></div>
    <button class="solid" type="submit">Add</button>
  </form>
  <p class="wrong" id="alarm-wrong" role="status"></p>
  ${check("set-sound", "Play a sound")}
  ${check("set-notification", "Show a notification", ` aria-describedby="notification-words"`)}
  <p class="hint" id="notification-words" role="status"></p>
</section>
</div>`;

// Fills the section of the tab.
export function furnishSettings(section) {
    section.innerHTML = markup;
}
