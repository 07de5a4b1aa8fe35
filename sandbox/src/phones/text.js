// What a phone shows, in words.

const ENDED = {
  completed: "answered", busy: "declined (busy)", "no-answer": "not answered", failed: "could not be reached",
  canceled: "hung up before it was answered",
};

const TEXTS = {
  accepted: "on its way", queued: "on its way", sent: "sent, no receipt yet", delivered: "delivered",
  undelivered: "not delivered", failed: "not sent",
};

export function words(call) {
  if (!call) return "Quiet";
  if (call.status === "ringing") return "Ringing";
  if (call.handover?.answered) return `Talking with ${call.handover.to}`;
  if (call.handover) return `Waiting for ${call.handover.to}`;
  if (call.flow) return `In ${call.flow}`;
  return call.voicemail ? "Voicemail took the call" : "In a call";
}

export function clock(call) {
  if (call.status === "ringing") return `If you let it ring, it stops in ${call.seconds_left} s`;
  const parts = [`${call.talks_for_s} s`];
  if (call.gathering && !call.voicemail) {
    const left = call.gathering.seconds_left;
    const input = call.gathering.takes_speech ? "a key or words" : "a key";
    parts.push(left === null ? `listens for ${input}` : `waits ${left} s for ${input}`);
  }
  if (call.recording) parts.push("is recorded");
  if (call.keys) parts.push(`pressed ${call.keys}`);
  return parts.join(" · ");
}

/** The outcome of a text. */
export function textOutcome({ status, error_code, is_own }) {
  if (is_own) return error_code ? `sent by this phone, and not taken (${error_code})` : "sent by this phone";
  const text = TEXTS[status] ?? status;
  return error_code ? `${text} (${error_code})` : text;
}

/** How a phone with this behaviour takes texts, as its choice has it. */
export function reception(behaviour) {
  const unreachable = behaviour?.does === "unreachable";
  const texts = behaviour?.texts ?? (unreachable ? "undelivered" : "delivered");
  const usual = { undelivered: unreachable ? 30005 : 30003, failed: 30001 }[texts];
  return usual ? `${texts} ${behaviour.error_code ?? usual}` : texts;
}

/** How the latest call ended, below a phone that is quiet. */
export function last(call) {
  return call ? `Last call: ${outcome(call)}` : "";
}

/** The outcome of a call. */
export function outcome(call) {
  const ended = call.status === "busy" && !call.rang ? "busy: in another call" : ENDED[call.status] ?? call.status;
  const parts = [call.flow ? `called ${call.flow}` : call.voicemail ? "voicemail" : ended];
  if (call.status === "completed") parts.push(`${call.seconds} s`);
  if (call.keys) parts.push(`pressed ${call.keys}`);
  if (call.error) parts.push(`error ${call.error}`);
  const text = parts.join(", ");
  return text[0].toUpperCase() + text.slice(1);
}
