// A real OpenID Connect provider for tests/integration/oidc_test.cpp and tests/e2e: one client and a few people.
//
// usage: node server.mjs; environment: CLIENT_ID, CLIENT_SECRET, REDIRECT_URL, and LOGIN_PAGE=1 for a login that asks. Prints "PORT n" when it
// listens: as 127.0.0.1, and with a login page as localhost, which is another site to a browser than a dashboard on 127.0.0.1.
//
// Without a login page /control/next?account=ada lets the next login be hers, /control/next?deny=1 has her decline it,
// /control/rotate gives the provider a new key in place of the old one, /control/broken?on=1 has it answer 500 to everything.
import {createServer} from 'node:http';
import {generateKeyPairSync} from 'node:crypto';
import Provider from 'oidc-provider';

const people = {
  ada: {sub: 'id-of-ada', preferred_username: 'Ada', name: 'Ada Lovelace', groups: ['spm-ops', 'spm-deciders']},
  grace: {sub: 'id-of-grace', preferred_username: 'grace', name: 'Grace Hopper', groups: ['spm-deciders']},
  bob: {sub: 'id-of-bob', preferred_username: 'bob', name: 'Bob', groups: ['cooks']},
};
const loginPage = process.env.LOGIN_PAGE === '1';
let next = {account: 'ada', deny: false};
let broken = false;
let keys = [];
let keyNumber = 0;

function newKey() {
  const {privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048});
  keyNumber += 1;
  return {...privateKey.export({format: 'jwk'}), kid: `key-${keyNumber}`, use: 'sig', alg: 'RS256'};
}

let issuer;
function makeProvider() {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: process.env.CLIENT_ID,
        client_secret: process.env.CLIENT_SECRET,
        redirect_uris: [process.env.REDIRECT_URL],
        post_logout_redirect_uris: [new URL('/', process.env.REDIRECT_URL).href],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    jwks: {keys},
    pkce: {required: () => true, methods: ['S256']},
    cookies: {keys: ['a key for the cookies of a test']},
    claims: {openid: ['sub', 'groups'], profile: ['preferred_username', 'name']},
    conformIdTokenClaims: false,
    features: {devInteractions: {enabled: false}, rpInitiatedLogout: {enabled: true}},
    interactions: {url: (_, interaction) => `/interaction/${interaction.uid}`},
    findAccount: (_, sub) => {
      const person = Object.values(people).find((one) => one.sub === sub);
      return person && {accountId: sub, claims: () => person};
    },
    // Everybody agrees to everything.
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId});
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
  return {handle: provider.callback(), provider};
}

let current;

function control(url) {
  const flag = (name) => url.searchParams.get(name) === '1';
  if (url.pathname === '/control/next') next = {account: url.searchParams.get('account') ?? next.account, deny: flag('deny')};
  if (url.pathname === '/control/broken') broken = flag('on');
  if (url.pathname === '/control/groups') people[url.searchParams.get('account')].groups = url.searchParams.get('groups').split(',');
  if (url.pathname === '/control/rotate') {
    keys = [newKey()];
    current = makeProvider();
  }
}

function page(problem) {
  return `<!doctype html><html lang="en"><head><title>Identity provider</title></head><body><h1>Who are you?</h1><p role="alert">${problem}</p>
<form method="post"><label>Account <input name="account"></label><label>Secret <input name="secret" type="password"></label>
<button name="answer" value="in">Continue</button><button name="answer" value="no">Cancel</button></form></body></html>`;
}

const declined = {error: 'access_denied', error_description: 'the person declined'};
const loggedIn = (account) => ({login: {accountId: people[account].sub, remember: false}});

// What the person answered; undefined while there is still something to ask. The secret is the account's name, backwards.
async function answerOf(request, response) {
  if (!loginPage) return next.deny ? declined : loggedIn(next.account);
  let body = '';
  for await (const part of request) body += part;
  const fields = new URLSearchParams(body);
  if (fields.get('answer') === 'no') return declined;
  const account = fields.get('account');
  if (account in people && fields.get('secret') === [...account].reverse().join('')) return loggedIn(account);
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(page(account === null ? '' : 'That is not right.'));
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, issuer);
  if (url.pathname.startsWith('/control/')) {
    control(url);
    response.end('{}');
  } else if (broken) {
    response.writeHead(500).end('broken');
  } else if (url.pathname.startsWith('/interaction/')) {
    const answer = await answerOf(request, response);
    if (answer) await current.provider.interactionFinished(request, response, answer, {mergeWithLastSubmission: false});
  } else {
    current.handle(request, response);
  }
});

server.listen(0, '127.0.0.1', () => {
  issuer = `http://${loginPage ? 'localhost' : '127.0.0.1'}:${server.address().port}`;
  keys = [newKey()];
  current = makeProvider();
  console.log(`PORT ${server.address().port}`);
});
