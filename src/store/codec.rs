//! How a record becomes bytes: one byte that names the format, then postcard.
//!
//! A format once written is never read as another: a change of a record's fields is a new number and a migration, or, for
//! rows that may never change, a reader that knows both numbers.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;

const FORMAT: u8 = 1;

pub(super) fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    encode_as(FORMAT, value)
}

/// # Errors
/// `Corrupt` for bytes that are no record of this format.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    decode_as(FORMAT, bytes)
}

pub(super) fn encode_as<T: Serialize>(format: u8, value: &T) -> Vec<u8> {
    postcard::to_extend(value, vec![format]).expect("records hold nothing that postcard cannot write")
}

/// # Errors
/// `Corrupt` for bytes that are no record of this format.
pub(super) fn decode_as<T: DeserializeOwned>(format: u8, bytes: &[u8]) -> Result<T, StoreError> {
    match bytes.split_first() {
        Some((first, rest)) if *first == format => {
            let read = postcard::from_bytes(rest);
            read.map_err(|error| StoreError::Corrupt(format!("{}: {error}", std::any::type_name::<T>())))
        }
        Some((other, _)) => Err(StoreError::Corrupt(format!("a record of unknown format {other}"))),
        None => Err(StoreError::Corrupt("an empty record".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_as_it_went() {
        let bytes = encode(&("кот", 7_i64, Some(1_u8)));
        assert_eq!(bytes[0], FORMAT);
        assert_eq!(decode::<(String, i64, Option<u8>)>(&bytes).unwrap(), ("кот".into(), 7, Some(1)));
    }

    #[test]
    fn a_record_of_another_format_is_refused() {
        for bytes in [&[][..], &[0], &[2, 1], &[1]] {
            assert!(matches!(decode::<u64>(bytes), Err(StoreError::Corrupt(_))), "{bytes:?}");
        }
    }
}
