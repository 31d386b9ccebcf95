/** Settings of pip and uv, of TLS and of proxies that say how packages are reached. No other variable of the portal goes on. */
const NAMES = new Set([
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"],
  ...["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_TRUSTED_HOST", "PIP_CERT", "PIP_CLIENT_CERT"],
  ...["PIP_PROXY", "PIP_CONFIG_FILE", "PIP_DEFAULT_TIMEOUT", "PIP_RETRIES", "PIP_CONSTRAINT", "PIP_KEYRING_PROVIDER"],
  ...["UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_NO_INDEX", "UV_FIND_LINKS", "UV_INDEX_STRATEGY"],
  ...["UV_INSECURE_HOST", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_KEYRING_PROVIDER", "UV_CONFIG_FILE", "UV_HTTP_TIMEOUT", "UV_HTTP_RETRIES"],
  ...["UV_OFFLINE", "UV_CONCURRENT_DOWNLOADS", "UV_CONCURRENT_BUILDS", "UV_CONCURRENT_INSTALLS", "UV_LINK_MODE", "UV_PYTHON"],
]);

/** Credentials of a named index, as uv spells them. */
const INDEX_CREDENTIALS = /^UV_INDEX_[A-Z0-9_]+_(USERNAME|PASSWORD)$/;

/** Picks the settings that go on to uv and pip. Values may hold credentials: never log them. */
export function indexSettings(environment: Record<string, string | undefined>): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && (NAMES.has(name) || INDEX_CREDENTIALS.test(name))) picked[name] = value;
  }
  return picked;
}
