// The tab of the settings and alarms: loaded when it is opened first.

import { TabPage } from "./tab_page.js";
import { SettingsForm } from "./view/settings_form.js";

let form = null;

const page = new TabPage({
    name: "settings", title: "Settings",
    sheets: [new URL("./tab.css", import.meta.url), new URL("./settings.css", import.meta.url)],
    begin: (settings, parts) => (form = new SettingsForm(settings, parts)),
    enter: () => form.enter(),
    leave: () => form.leave(),
    format: () => form.fill(),
});
export const open = (settings, parts) => page.open(settings, parts);
