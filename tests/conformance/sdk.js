// Reads each line by the CloudEvents SDK for JavaScript, as the body of a message in structured mode, and
// prints what it found as JSON.

const { HTTP } = require("cloudevents");

const lines = require("fs").readFileSync(0, "utf8").split("\n");
for (const body of lines.slice(0, -1)) {
  let found;
  try {
    const headers = { "content-type": "application/cloudevents+json" };
    const event = HTTP.toEvent({ headers, body });
    event.validate();
    found = event.toJSON();
  } catch (error) {
    found = { refused: `${error.name}: ${error.message}` };
  }
  console.log(JSON.stringify(found));
}
