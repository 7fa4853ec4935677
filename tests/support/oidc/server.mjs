// A real OpenID Connect provider for tests/integration/oidc_test.cpp: one client, a few people, a login without questions.
//
// usage: node server.mjs; environment: CLIENT_ID, CLIENT_SECRET, REDIRECT_URL. Prints "PORT n" when it listens.
//
// Who logs in is asked in the address: /control/next?account=ada lets the next login be hers, /control/next?deny=1 has her decline it,
// /control/rotate gives the provider a new key in place of the old one, /control/broken?on=1 has it answer 500 to everything.
import {createServer} from 'node:http';
import {generateKeyPairSync} from 'node:crypto';
import Provider from 'oidc-provider';

const people = {
  ada: {sub: 'id-of-ada', preferred_username: 'Ada', name: 'Ada Lovelace', groups: ['spm-ops', 'spm-deciders']},
  bob: {sub: 'id-of-bob', preferred_username: 'bob', name: 'Bob', groups: ['cooks']},
};
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

const server = createServer(async (request, response) => {
  const url = new URL(request.url, issuer);
  if (url.pathname.startsWith('/control/')) {
    control(url);
    response.end('{}');
  } else if (broken) {
    response.writeHead(500).end('broken');
  } else if (url.pathname.startsWith('/interaction/')) {
    const result = next.deny
      ? {error: 'access_denied', error_description: 'the person declined'}
      : {login: {accountId: people[next.account].sub, remember: false}};
    await current.provider.interactionFinished(request, response, result, {mergeWithLastSubmission: false});
  } else {
    current.handle(request, response);
  }
});

server.listen(0, '127.0.0.1', () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  keys = [newKey()];
  current = makeProvider();
  console.log(`PORT ${server.address().port}`);
});
