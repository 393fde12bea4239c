// oidc-provider, certified and not ours, with sign-in pages that a test can fill in.
//   node oidc_provider.mjs <settings.json>    see tests/live/oidc_provider.py for what is in there
import { readFile } from 'node:fs/promises';

// Some Node 20 do not have it yet.
URL.parse ??= (url, base) => {
  try {
    return new URL(url, base);
  } catch {
    return null;
  }
};

const settings = JSON.parse(await readFile(process.argv[2], 'utf8'));
const { Provider } = await import(settings.module);

const provider = new Provider(settings.issuer, {
  clients: settings.clients,
  jwks: settings.keys,
  acrValues: settings.acrValues,
  clientAuthMethods: ['client_secret_basic', 'private_key_jwt'],
  cookies: { keys: ['only for tests'] },
  pkce: { required: () => true },
  claims: {
    openid: ['sub'],
    profile: ['name', 'locale', 'capacity', 'groups'],
    email: ['email', 'email_verified'],
    acr: null,
    amr: null,
    auth_time: null,
    sid: null,
    verified_claims: null,
  },
  enabledJWA: { idTokenSigningAlgValues: ['ES256', 'PS256', 'RS256'] },
  features: {
    devInteractions: { enabled: false }, // they can set neither acr nor amr
    backchannelLogout: { enabled: true },
    claimsParameter: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    userinfo: { enabled: true },
  },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => {
    const known = settings.accounts[id];
    return known && { accountId: id, claims: () => ({ sub: id, ...known }) };
  },
  // Our clients are the house's own: nobody is asked for consent.
  loadExistingGrant: async (ctx) => {
    const { client, session, provider: op } = ctx.oidc;
    const grantId = session.grantIdFor(client.clientId);
    const kept = grantId && (await op.Grant.find(grantId));
    if (kept) return kept;
    const grant = new op.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid profile email');
    grant.addOIDCClaims(['verified_claims']);
    await grant.save();
    return grant;
  },
  // It calls no private address, and loopback is one. Here the client lives there.
  fetch: (url, options) => {
    delete options.dispatcher;
    return fetch(url, options);
  },
  ttl: { AccessToken: 60, IdToken: 300, Session: 3600, Grant: 3600, Interaction: 300 },
  renderError: (ctx, out, error) => {
    console.error(error);
    ctx.type = 'text';
    ctx.body = JSON.stringify(out);
  },
});

for (const event of ['backchannel.success', 'backchannel.error', 'server_error', 'grant.error']) {
  provider.on(event, (_ctx, ...details) => console.error(event, ...details));
}

// The sign-in page: what was asked for is shown as JSON, what is posted becomes the session.
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  if (ctx.method === 'GET') {
    const { prompt, params } = await provider.interactionDetails(ctx.req, ctx.res);
    ctx.body = { prompt: prompt.name, reasons: prompt.reasons, params };
    return undefined;
  }
  const chunks = await ctx.req.toArray();
  const form = new URLSearchParams(Buffer.concat(chunks).toString());
  if (form.has('error')) {
    await provider.interactionFinished(ctx.req, ctx.res, { error: form.get('error') });
  } else {
    const login = { accountId: form.get('account'), amr: form.getAll('amr') };
    if (form.get('acr')) login.acr = form.get('acr');
    if (form.get('auth_time')) login.ts = Number(form.get('auth_time'));
    await provider.interactionFinished(ctx.req, ctx.res, { login });
  }
  ctx.respond = false;
  return undefined;
});

provider.listen(settings.port, '127.0.0.1');
