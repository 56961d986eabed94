// Reads calendars (a JSON list of texts on stdin) with ical.js and writes what it understood as JSON.
import { readFileSync } from "node:fs";

const source = readFileSync(process.argv[2]).toString("base64");
const ICAL = (await import(`data:text/javascript;base64,${source}`)).default;

const written = (time) =>
  time.isDate ? time.toString() : new Date(time.toUnixTime() * 1000).toISOString().replace(".000Z", "Z");

const answer = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(new ICAL.Timezone(zone));
  }
  return calendar.getAllSubcomponents("vevent").map((event) => ({
    uid: event.getFirstPropertyValue("uid"),
    sequence: event.getFirstPropertyValue("sequence"),
    status: event.getFirstPropertyValue("status") ?? "",
    summary: event.getFirstPropertyValue("summary"),
    location: event.getFirstPropertyValue("location") ?? "",
    description: event.getFirstPropertyValue("description") ?? "",
    starts: written(event.getFirstPropertyValue("dtstart")),
    ends: written(event.getFirstPropertyValue("dtend")),
    tzid: event.getFirstProperty("dtstart").getParameter("tzid") ?? "",
    method: calendar.getFirstPropertyValue("method"),
  }));
});
process.stdout.write(JSON.stringify(answer));
