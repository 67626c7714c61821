// The browser's side of passkeys (WebAuthn), in the forms that the API takes and gives.
import { gettext } from "../pages/session.js";

// The two functions of WebAuthn level 3 are younger than passkeys, and only secure pages have any.
export const isPossible = Boolean(globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON);

// Each returns the browser's answer as JSON, or null if the person or the device refuses.
export async function getPasskey(options) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return answer(() => navigator.credentials.get({ publicKey }));
}

export async function createPasskey(options) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return answer(() => navigator.credentials.create({ publicKey }));
}

async function answer(begin) {
  try {
    return (await begin())?.toJSON() ?? null;
  } catch {
    return null;
  }
}

export const REFUSED = gettext("The browser gave no passkey.");
