// An AMQP 1.0 client that knows nothing of Service Bus against the embedded broker: node protocol.mjs SCENARIO PORT USER PASSWORD
import assert from "node:assert/strict";
import rhea from "rhea";

const [scenario, port, username, password] = process.argv.slice(2);
const container = rhea.create_container();
const connection = container.connect({ host: "127.0.0.1", port, username, password, reconnect: false });

// The broker begins empty, with a queue "orders".
const scenarios = {
  async settles() {
    const sender = await opened(connection.open_sender("orders"), "sendable");
    for (const text of ["completed", "abandoned", "rejected", "last"])
      sender.send({ body: text, message_id: text, application_properties: { kind: text } });
    sender.send({ body: "completed", message_id: "completed" });

    const receiver = connection.open_receiver({ source: "orders", credit_window: 0, autoaccept: false });
    const [first, second, third] = await receive(receiver, 3);
    assert.equal(first.message.body, "completed");
    assert.equal(first.message.delivery_count ?? 0, 0);
    assert.equal(first.message.application_properties.kind, "completed");
    assert.ok(first.message.message_annotations["x-opt-sequence-number"] > 0);
    first.delivery.accept();
    await turn();
    assert.equal(second.message.body, "abandoned");
    second.delivery.release({ delivery_failed: true });
    await turn();
    assert.equal(third.message.body, "rejected");
    third.delivery.reject();

    const seen = {};
    for (const { message, delivery } of await receive(receiver, 2)) {
      seen[message.body] = message.delivery_count ?? 0;
      delivery.accept();
    }
    assert.deepEqual(seen, { abandoned: 1, last: 0 });
    receiver.close();

    const [dead] = await receive(connection.open_receiver({ source: "orders/$deadletterqueue", credit_window: 0, autoaccept: false }), 1);
    assert.equal(dead.message.body, "rejected");
    dead.delivery.accept();

    const nowhere = connection.open_sender("nowhere");
    await once(nowhere, "sender_error");
    assert.equal(nowhere.error.condition, "amqp:not-found");
  },

  // Credit that is drained is used up, whether there were messages for it or not; what is granted later counts from there.
  async drains() {
    const sender = await opened(connection.open_sender("orders"), "sendable");
    const receiver = connection.open_receiver({ source: "orders", credit_window: 0 });
    const received = [];
    receiver.on("message", ({ message }) => received.push(message.body));
    const drain = async (credit) => {
      receiver.add_credit(credit);
      receiver.drain_credit();
      await once(receiver, "receiver_drained");
      receiver.drain = false;
    };

    for (const text of ["one", "two"]) sender.send({ body: text });
    while (received.length < 2) await drain(10);
    assert.deepEqual(received, ["one", "two"]);
    await drain(5);
    for (const text of ["three", "four", "five"]) sender.send({ body: text });
    receiver.add_credit(3);
    while (received.length < 5) await once(receiver, "message");
    assert.deepEqual(received, ["one", "two", "three", "four", "five"]);
  },
};

function once(link, event) {
  return new Promise((done) => link.once(event, done));
}

async function opened(link, event) {
  await once(link, event);
  return link;
}

// Outcomes that are given in one turn are sent together, though they differ.
function turn() {
  return new Promise((done) => setTimeout(done, 50));
}

function receive(receiver, count) {
  return new Promise((done) => {
    const received = [];
    const take = (context) => {
      received.push(context);
      if (received.length < count) return;
      receiver.removeListener("message", take);
      done(received);
    };
    receiver.on("message", take);
    receiver.add_credit(count);
  });
}

await scenarios[scenario]();
// What was settled last is on its way before the connection ends.
await turn();
connection.close();
await once(connection, "connection_close");
console.log("done");
