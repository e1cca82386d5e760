// The official Service Bus client against the embedded broker: node official.mjs SCENARIO CONNECTION_STRING
import assert from "node:assert/strict";
import { ServiceBusClient } from "@azure/service-bus";

const patience = { maxWaitTimeInMs: 20_000 };
const [scenario, connectionString] = process.argv.slice(2);

// The broker begins empty: a queue "orders" and a topic "news" with the subscriptions "first" and "second".
const scenarios = {
  async settles(client) {
    const sender = client.createSender("orders");
    const receiver = client.createReceiver("orders");
    const sent = {
      body: { total: 12.5 },
      messageId: "m-1",
      subject: "loyalty.transaction.recorded",
      correlationId: "c-1",
      contentType: "application/json",
      applicationProperties: { businessId: "b-1", attempt: 3 },
    };
    await sender.sendMessages(sent);

    const message = await take(receiver);
    for (const name of Object.keys(sent)) assert.deepEqual(message[name], sent[name], name);
    assert.equal(message.deliveryCount, 0);
    assert.ok(message.sequenceNumber.greaterThan(0));
    assert.ok(Math.abs(Date.now() - message.enqueuedTimeUtc) < 60_000, `enqueued at ${message.enqueuedTimeUtc}`);
    assert.ok(message.lockedUntilUtc > new Date(), `locked until ${message.lockedUntilUtc}`);

    const until = message.lockedUntilUtc;
    const renewed = await receiver.renewMessageLock(message);
    assert.ok(renewed >= until, `renewed until ${renewed}, was ${until}`);
    await receiver.abandonMessage(message);

    const again = await take(receiver);
    assert.deepEqual([again.messageId, again.deliveryCount], ["m-1", 1]);
    await receiver.completeMessage(again);
    await isEmpty(receiver);
  },

  async deadLetters(client) {
    await client.createSender("orders").sendMessages({ body: "broken", messageId: "broken" });
    const receiver = client.createReceiver("orders");
    const reason = { deadLetterReason: "unreadable_event", deadLetterErrorDescription: "It is no JSON." };
    await receiver.deadLetterMessage(await take(receiver), reason);
    await isEmpty(receiver);

    const dead = client.createReceiver("orders", { subQueueType: "deadLetter" });
    const message = await take(dead);
    assert.deepEqual(
      [message.body, message.deadLetterReason, message.deadLetterErrorDescription],
      ["broken", reason.deadLetterReason, reason.deadLetterErrorDescription],
    );
    await dead.completeMessage(message);
  },

  async sendsBatches(client) {
    const sender = client.createSender("news");
    const batch = await sender.createMessageBatch();
    for (let i = 0; i < 200; i++) assert.ok(batch.tryAddMessage({ body: { i }, messageId: `m-${i}`, subject: "counted" }));
    await sender.sendMessages(batch);
    await sender.sendMessages([{ body: { i: 200 }, messageId: "m-200" }, { body: { i: 0 }, messageId: "m-0" }]);

    for (const subscription of ["first", "second"]) {
      const receiver = client.createReceiver("news", subscription);
      const seen = [];
      while (seen.length < 201) {
        const messages = await receiver.receiveMessages(50, patience);
        assert.ok(messages.length > 0, `${subscription} had only ${seen.length}`);
        seen.push(...messages.map((message) => message.body.i));
        await Promise.all(messages.map((message) => receiver.completeMessage(message)));
      }
      // m-0 came twice: the second one was recognised.
      assert.deepEqual(seen, Array.from({ length: 201 }, (_, i) => i));
      await isEmpty(receiver);
    }
  },

  async subscribes(client) {
    const sender = client.createSender("orders");
    await sender.sendMessages(Array.from({ length: 20 }, (_, i) => ({ body: `${i}`, messageId: `m-${i}` })));
    const seen = new Set();
    const receiver = client.createReceiver("orders");
    await new Promise((done, failed) => {
      receiver.subscribe(
        {
          processMessage: async (message) => {
            await receiver.completeMessage(message);
            if (seen.add(message.body).size === 20) done();
          },
          processError: async ({ error }) => failed(error),
        },
        { maxConcurrentCalls: 4, autoCompleteMessages: false },
      );
    });
  },

  async schedules(client) {
    const sender = client.createSender("orders");
    const due = new Date(Date.now() + 2000);
    await sender.sendMessages({ body: "later", messageId: "later", scheduledEnqueueTimeUtc: due });
    const receiver = client.createReceiver("orders");
    const message = await take(receiver);
    assert.ok(Date.now() >= due - 100, `came at ${new Date().toISOString()}, due at ${due.toISOString()}`);
    await receiver.completeMessage(message);
  },

  async deletesWhatItReceives(client) {
    await client.createSender("orders").sendMessages({ body: "once", messageId: "once" });
    const receiver = client.createReceiver("orders", { receiveMode: "receiveAndDelete" });
    assert.equal((await take(receiver)).body, "once");
    await isEmpty(receiver);
  },

  async isRefused(client) {
    await assert.rejects(() => client.createSender("nowhere").sendMessages({ body: "?" }), { code: "MessagingEntityNotFound" });
    await assert.rejects(() => client.createReceiver("nowhere").receiveMessages(1, patience), { code: "MessagingEntityNotFound" });
    const stranger = new ServiceBusClient(connectionString.replace(/SharedAccessKey=[^;]*/, "SharedAccessKey=bm90IHRoZSBrZXk="), impatient);
    await assert.rejects(() => stranger.createSender("orders").sendMessages({ body: "?" }), { code: "UnauthorizedAccess" });
    await stranger.close();
  },

  // What this broker does not have is said so, and at once.
  async isToldWhatIsMissing(client) {
    await client.createSender("orders").sendMessages({ body: "one", messageId: "one" });
    const receiver = client.createReceiver("orders");
    await assert.rejects(() => receiver.peekMessages(1), /only com.microsoft:renew-lock is known/);
    await assert.rejects(() => client.acceptSession("orders", "a session"), /session/i);
    const message = await take(receiver);
    await receiver.deferMessage(message).then(() => assert.fail("was deferred"), () => {});
  },
};

const impatient = { retryOptions: { maxRetries: 0, timeoutInMs: 20_000 } };

async function take(receiver) {
  const [message] = await receiver.receiveMessages(1, patience);
  assert.ok(message, "nothing came");
  return message;
}

async function isEmpty(receiver) {
  assert.deepEqual(await receiver.receiveMessages(1, { maxWaitTimeInMs: 500 }), []);
}

const client = new ServiceBusClient(connectionString, impatient);
await scenarios[scenario](client);
await client.close();
console.log("done");
