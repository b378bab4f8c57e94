// What the settings dialog consists of. It is not part of the first view, so it is made when the
// dialog is.

const markup = `<dialog class="settings" id="settings" aria-labelledby="settings-title">
  <div class="head"><h2 id="settings-title">Settings</h2><button class="quiet" id="settings-close" type="button" aria-label="Close settings"><svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d="M5 5l10 10M15 5L5 15"/></svg></button></div>
  <fieldset class="choices" id="set-theme"><legend>Theme</legend>
    <label><input type="radio" name="theme" value="system"><span>System</span></label>
    <label><input type="radio" name="theme" value="light"><span>Light</span></label>
    <label><input type="radio" name="theme" value="dark"><span>Dark</span></label>
  </fieldset>
  <div class="field"><label for="set-locale">Numbers and dates</label><select id="set-locale"></select></div>
  <fieldset class="choices" id="set-currency"><legend>Currency</legend>
    <label><input type="radio" name="currency" value="symbol"><span>Sign, $</span></label>
    <label><input type="radio" name="currency" value="code"><span>Code, USD</span></label>
    <label><input type="radio" name="currency" value="none"><span>None</span></label>
  </fieldset>
  <p class="sample">Prices look like <output id="set-sample"></output></p>
  <div class="field"><label for="set-zone">Time zone</label><select id="set-zone"></select></div>
  <label class="check"><input type="checkbox" id="set-compact"><span>Compact: more on one screen</span></label>
  <h3 id="alarms-title">Alarms</h3>
  <p class="hint">You are told once each time a price crosses a threshold, while this page is open.</p>
  <ul class="alarms" id="alarms" aria-labelledby="alarms-title"></ul>
  <form class="alarm-form" id="alarm-form" novalidate>
    <div class="field"><label for="alarm-symbol">Symbol</label><select id="alarm-symbol"></select></div>
    <div class="field"><label for="alarm-side">When it</label><select id="alarm-side"><option value="above">rises to</option><option value="below">falls to</option></select></div>
    <div class="field"><label for="alarm-price">Price</label><input id="alarm-price" type="text" inputmode="decimal" autocomplete="off" aria-describedby="alarm-wrong"></div>
    <button class="solid" type="submit">Add</button>
  </form>
  <p class="wrong" id="alarm-wrong" role="status"></p>
  <label class="check"><input type="checkbox" id="set-sound"><span>Play a sound</span></label>
  <label class="check"><input type="checkbox" id="set-notification" aria-describedby="notification-words"><span>Show a notification</span></label>
  <p class="hint" id="notification-words" role="status"></p>
</dialog>`;

// Puts the dialog into the document, and returns it.
export function makeDialog() {
    document.body.insertAdjacentHTML("beforeend", markup);
    return document.body.lastElementChild;
}
