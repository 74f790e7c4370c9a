// Checks proof files of ours with sigstore's verifier: its code for checkpoints and Merkle trees.
//   node check.mjs PACKAGES VKEY BUNDLES... -- PROOFS...
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [packages, vkey, ...files] = process.argv.slice(2);
const sigstore = createRequire(`${packages}/`);
const { verifyCheckpoint } = sigstore('@sigstore/verify/dist/tlog/checkpoint.js');
const { verifyMerkleInclusion } = sigstore('@sigstore/verify/dist/tlog/merkle.js');
const bundles = files.slice(0, files.indexOf('--'));
const proofs = files.slice(files.indexOf('--') + 1);

function logOf(text) {
  const [name, id, key] = text.split('+', 2).concat(text.split('+').slice(2).join('+'));
  const bytes = Buffer.from(key, 'base64').subarray(1);
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes]);
  return {
    logID: Buffer.from(id, 'hex'),
    baseURL: `https://${name}`,
    publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }),
  };
}

function entriesOf(bundle) {
  const entries = [];
  for (let at = 0; at < bundle.length; ) {
    const length = bundle.readUInt16BE(at);
    entries.push(bundle.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}

function parseProof(file) {
  const split = file.indexOf('\n\n');
  const [header, index, ...hashes] = file.slice(0, split).split('\n');
  if (header !== 'c2sp.org/tlog-proof@v1' || !index.startsWith('index ')) throw Error('no proof');
  return {
    checkpoint: { envelope: file.slice(split + 2) },
    logIndex: index.slice('index '.length),
    hashes: hashes.map((line) => Buffer.from(line, 'base64')),
  };
}

const log = logOf(vkey.trim());
const leaves = bundles.flatMap((file) => entriesOf(readFileSync(file)));

function verify(inclusionProof, canonicalizedBody) {
  const checkpoint = verifyCheckpoint({ inclusionProof }, [log]);
  verifyMerkleInclusion({ inclusionProof, canonicalizedBody }, checkpoint);
}

for (const file of proofs) {
  const proof = parseProof(readFileSync(file, 'utf8'));
  verify(proof, leaves[proof.logIndex]);
}
console.log(`  ${proofs.length} proof files (.tlog-proof) under signed checkpoints`);

// What one changed byte makes of a proof, wherever it lies.
function* changes(proof, leaf) {
  const flip = (bytes, at) => {
    const copy = Buffer.from(bytes);
    copy[at] ^= 1;
    return copy;
  };
  for (let at = 0; at < leaf.length; at++) yield [proof, flip(leaf, at)];
  for (let i = 0; i < proof.hashes.length; i++) {
    for (let at = 0; at < 32; at++) {
      const hashes = proof.hashes.map((hash, j) => (j === i ? flip(hash, at) : hash));
      yield [{ ...proof, hashes }, leaf];
    }
  }
  yield [{ ...proof, logIndex: String(Number(proof.logIndex) ^ 1) }, leaf];
  const { envelope } = proof.checkpoint;
  const text = Buffer.from(envelope.slice(0, envelope.indexOf('\n\n') + 1));
  const rest = envelope.slice(envelope.indexOf('\n\n') + 1);
  for (let at = 0; at < text.length - 1; at++) {
    yield [{ ...proof, checkpoint: { envelope: flip(text, at).toString() + rest } }, leaf];
  }
  const [, before, base64] = rest.match(/^(\n\u2014 \S+ )(\S+)\n$/);
  const signature = Buffer.from(base64, 'base64');
  for (let at = 0; at < signature.length; at++) {
    const line = `${before}${flip(signature, at).toString('base64')}\n`;
    yield [{ ...proof, checkpoint: { envelope: text.toString() + line } }, leaf];
  }
}

const last = parseProof(readFileSync(proofs[proofs.length - 1], 'utf8'));
let refused = 0;
for (const [proof, leaf] of changes(last, leaves[last.logIndex])) {
  let accepted = true;
  try {
    verify(proof, leaf);
  } catch {
    accepted = false;
  }
  if (accepted) throw Error(`accepted after change ${refused} of a proof`);
  refused++;
}
console.log(`  ${refused} changes refused: each byte of a proof, its checkpoint and its entry`);
