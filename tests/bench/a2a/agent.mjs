// The agent beside which a hop is measured: the A2A SDK's own request handler over express, and an
// agent that answers every message with its text. With a key as argument it verifies a JWS and
// signs its answer. Prints its port, ends with its standard input.

import express from 'express';
import { CompactSign, compactVerify, importJWK } from 'jose';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { AgentEvent, DefaultRequestHandler, InMemoryTaskStore } from '@a2a-js/sdk/server';
import { UserBuilder, jsonRpcHandler } from '@a2a-js/sdk/server/express';

const peerKey = process.argv[2];
const card = {
  name: 'echo', description: 'says it again', version: '1.0.0',
  supportedInterfaces: [
    { url: 'http://127.0.0.1/rpc', protocolBinding: 'JSONRPC', protocolVersion: '1.0', tenant: '' },
  ],
  capabilities: { streaming: false, pushNotifications: false, extensions: [] },
  defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'], skills: [],
  securitySchemes: {}, securityRequirements: [], signatures: [],
};

class Echo {
  async answer(text) { return text; }

  async execute(context, bus) {
    const { value } = context.userMessage.parts[0].content;
    const answer = {
      messageId: randomUUID(), role: 2, contextId: context.contextId, taskId: '',
      parts: [{
        content: { $case: 'text', value: await this.answer(value) },
        mediaType: 'text/plain', filename: '', metadata: undefined,
      }],
      extensions: [], referenceTaskIds: [], metadata: undefined,
    };
    bus.publish(AgentEvent.message(answer));
    bus.finished();
  }

  async cancelTask() {}
}

class SigningEcho extends Echo {
  constructor(theirs, ours) { super(); this.theirs = theirs; this.ours = ours; }

  async answer(text) {
    const { payload } = await compactVerify(text, this.theirs);
    return new CompactSign(payload).setProtectedHeader({ alg: 'EdDSA' }).sign(this.ours);
  }
}

let agent = new Echo();
let ownKey = '';
if (peerKey) {
  const pair = generateKeyPairSync('ed25519');
  const ours = pair.privateKey.export({ format: 'jwk' });
  ownKey = ours.x;
  const theirs = { kty: 'OKP', crv: 'Ed25519', x: peerKey };
  agent = new SigningEcho(await importJWK(theirs, 'EdDSA'), await importJWK(ours, 'EdDSA'));
}

const handler = new DefaultRequestHandler(card, new InMemoryTaskStore(), agent);
const app = express();
app.get('/key', (request, response) => response.send(ownKey));
app.use('/rpc', jsonRpcHandler({
  requestHandler: handler, userBuilder: UserBuilder.noAuthentication,
}));
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
server.keepAliveTimeout = 600_000;
process.stdin.on('end', () => process.exit(0)).resume();
