//! Personal text at rest: sealed under the user's own key, which is wrapped by the key of the deployment.
//!
//! Destroying a user's wrapped key makes everything of his unreadable, in every backup too. AES-GCM-SIV is used because
//! it forgives a repeated nonce: nonces here follow from the place of the record, so no randomness is needed to write.

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::StoreError;
use crate::domain::id::UserId;

/// The key of the deployment: 32 bytes, from `DATA_KEY`.
#[derive(Clone)]
pub struct DataKey([u8; 32]);

impl DataKey {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey([redacted])")
    }
}

/// Everything derived from the deployment's key.
pub(super) struct Vault {
    wrapping: Aes256GcmSiv,
    inbox: Aes256GcmSiv,
    names: [u8; 32],
    links: [u8; 32],
    check: [u8; 32],
}

/// The key of one user, unwrapped.
pub(super) struct UserKey(Aes256GcmSiv);

/// Where a sealed field stands; another place cannot open it.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Profile(UserId),
    Draft(u64),
    DraftPicture(u64),
    Job(u64),
    Picture(u64),
    Frame(u64),
    Audit(u64),
    Purchase(u64),
    /// Its kind and number at the bot it comes from.
    Keepsake(u8, u64),
    Asked(u64),
}

impl Vault {
    pub(super) fn new(key: &DataKey) -> Self {
        let derive = |purpose: &str| mac(&key.0, purpose.as_bytes());
        Self {
            wrapping: cipher(&derive("wrap user keys")),
            inbox: cipher(&derive("seal inbox")),
            names: derive("hash usernames"),
            links: derive("sign links"),
            check: derive("recognise key"),
        }
    }

    /// Stored in the file, so that another key is recognised at once instead of making gibberish.
    pub(super) fn check(&self) -> [u8; 32] {
        self.check
    }

    /// With which addresses of ours are signed.
    pub(super) fn link_key(&self) -> [u8; 32] {
        self.links
    }

    /// Under which a (normalised) username is found.
    pub(super) fn name_hash(&self, username: &str) -> [u8; 32] {
        mac(&self.names, username.as_bytes())
    }

    /// Under which a receipt that was shown is found: its number is somebody's, and stays found when he is forgotten.
    pub(super) fn receipt_hash(&self, number: &str) -> String {
        hex::encode(mac(&self.names, format!("receipt {number}").as_bytes()))
    }

    pub(super) fn wrap(&self, user: UserId, key: &[u8; 32]) -> Vec<u8> {
        seal(&self.wrapping, key, b"user key", user.0.cast_unsigned())
    }

    pub(super) fn unwrap(&self, user: UserId, wrapped: &[u8]) -> Result<UserKey, StoreError> {
        let key = open(&self.wrapping, wrapped, b"user key", user.0.cast_unsigned())?;
        let key: [u8; 32] =
            key.try_into().map_err(|_| StoreError::Corrupt(format!("the key of user {user}")))?;
        Ok(UserKey(cipher(&key)))
    }

    pub(super) fn seal_update(&self, update: u64, text: &str) -> Vec<u8> {
        seal(&self.inbox, text.as_bytes(), b"update", update)
    }

    pub(super) fn open_update(&self, update: u64, sealed: &[u8]) -> Result<String, StoreError> {
        let text = open(&self.inbox, sealed, b"update", update)?;
        String::from_utf8(text).map_err(|_| StoreError::Corrupt(format!("update {update}")))
    }
}

impl UserKey {
    pub(super) fn seal(&self, place: Place, text: &[u8]) -> Vec<u8> {
        let (kind, id) = place.parts();
        seal(&self.0, text, kind, id)
    }

    pub(super) fn open(&self, place: Place, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (kind, id) = place.parts();
        open(&self.0, sealed, kind, id)
    }
}

impl Place {
    fn parts(self) -> (&'static [u8], u64) {
        match self {
            Self::Profile(user) => (b"profile", user.0.cast_unsigned()),
            Self::Draft(id) => (b"draft", id),
            Self::DraftPicture(id) => (b"draft picture", id),
            Self::Job(id) => (b"job", id),
            Self::Picture(id) => (b"picture", id),
            Self::Frame(id) => (b"frame", id),
            Self::Audit(id) => (b"audit", id),
            Self::Purchase(id) => (b"purchase", id),
            Self::Keepsake(1, id) => (b"old order", id),
            Self::Keepsake(2, id) => (b"old video", id),
            Self::Keepsake(3, id) => (b"old job", id),
            Self::Keepsake(_, id) => (b"old prompt", id),
            Self::Asked(update) => (b"asked", update),
        }
    }
}

fn seal(cipher: &Aes256GcmSiv, text: &[u8], kind: &[u8], id: u64) -> Vec<u8> {
    let payload = Payload { msg: text, aad: kind };
    cipher.encrypt(&nonce(id), payload).expect("a text of a record is far below the cipher's limit")
}

fn open(cipher: &Aes256GcmSiv, sealed: &[u8], kind: &[u8], id: u64) -> Result<Vec<u8>, StoreError> {
    let payload = Payload { msg: sealed, aad: kind };
    let opened = cipher.decrypt(&nonce(id), payload);
    opened.map_err(|_| StoreError::Corrupt(format!("sealed {} {id}", String::from_utf8_lossy(kind))))
}

fn nonce(id: u64) -> Nonce {
    let mut bytes = [0; 12];
    bytes[..8].copy_from_slice(&id.to_le_bytes());
    bytes.into()
}

fn cipher(key: &[u8; 32]) -> Aes256GcmSiv {
    Aes256GcmSiv::new(key.into())
}

fn mac(key: &[u8; 32], text: &[u8]) -> [u8; 32] {
    let mut mac =
        <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_in_its_place_and_with_its_key() {
        let vault = Vault::new(&DataKey::new([1; 32]));
        let key = vault.unwrap(UserId(7), &vault.wrap(UserId(7), &[9; 32])).unwrap();
        let sealed = key.seal(Place::Job(3), "кот".as_bytes());
        assert_eq!(key.open(Place::Job(3), &sealed).unwrap(), "кот".as_bytes());
        assert!(key.open(Place::Job(4), &sealed).is_err());
        assert!(key.open(Place::Draft(3), &sealed).is_err());
        let other = vault.unwrap(UserId(7), &vault.wrap(UserId(7), &[8; 32])).unwrap();
        assert!(other.open(Place::Job(3), &sealed).is_err());
        assert!(vault.unwrap(UserId(8), &vault.wrap(UserId(7), &[9; 32])).is_err());
        assert!(!String::from_utf8_lossy(&sealed).contains("кот"));
    }

    #[test]
    fn another_deployment_key_is_recognised() {
        let one = Vault::new(&DataKey::new([1; 32]));
        let two = Vault::new(&DataKey::new([2; 32]));
        assert_ne!(one.check(), two.check());
        assert_ne!(one.name_hash("aigerim"), two.name_hash("aigerim"));
    }
}
