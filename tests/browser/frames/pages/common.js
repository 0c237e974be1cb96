// A frame of ours that stands where a vendor's would: what was asked of it, and what it says.
const asked = [];
let answer = () => {};
addEventListener("message", ({ data }) => {
  try {
    data = JSON.parse(data);
  } catch {
    // An object, or plain text.
  }
  asked.push(data);
  answer(data);
});
const post = (message) => parent.postMessage(message, "*");
const say = (message) => post(JSON.stringify(message));
const film = { duration: 10, title: "Bees" };
let speak;
