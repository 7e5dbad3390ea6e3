//! For tests: bytes from outside, nearly right. What a parser takes is cut, spliced, doubled and changed, a seed makes every run
//! the same, and it is told how many of the inputs were still taken, for a fuzzer whose inputs are all refused tries nothing.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

/// How many inputs a parser is tried with; `FUZZ_INPUTS=1000000` tries harder.
const USUALLY: u64 = 5_000;
/// An input does not grow beyond it: what matters is the shape.
const LONGEST: usize = 64 * 1024;
/// Bytes that mean something to somebody.
const TELLING: &[&[u8]] = &[
    b"\0",
    b"\"",
    b"}",
    b"]",
    b"{",
    b"[[[[[[[[",
    b"<",
    b"&",
    b"%00",
    b"=",
    b"-1",
    b"1e999",
    b"9223372036854775808",
    b"null",
    b"true",
    b"\\ud800",
    "\u{202e}".as_bytes(),
    "😀".as_bytes(),
    b"\xff\xfe",
    b"\r\n",
    b"\xff\xff\xff\xff",
];

/// Tries `parse` with changed inputs of `corpus`; it answers whether it took one. Each of the corpus itself must be taken.
pub fn nearly_right(what: &str, corpus: &[Vec<u8>], mut parse: impl FnMut(&[u8]) -> bool) {
    some_nearly_right(what, USUALLY, corpus, |_, bytes| parse(bytes));
}

/// The same for a parser that is slow, usually with so many inputs. It is told by its place which of the corpus was changed.
pub fn some_nearly_right(
    what: &str,
    usually: u64,
    corpus: &[Vec<u8>],
    mut parse: impl FnMut(usize, &[u8]) -> bool,
) {
    for (at, whole) in corpus.iter().enumerate() {
        assert!(
            parse(at, whole),
            "{what}: what is to be changed must be right: {}",
            String::from_utf8_lossy(whole)
        );
    }
    let inputs = option_env!("FUZZ_INPUTS").and_then(|inputs| inputs.parse().ok()).unwrap_or(usually);
    let (mut chance, mut taken) = (Chance(0x5EED_0001), 0_u64);
    for _ in 0..inputs {
        let at = chance.below(corpus.len());
        taken += u64::from(parse(at, &changed(corpus, at, &mut chance)));
    }
    let share = taken * 1_000 / inputs.max(1);
    println!("{what}: {inputs} inputs, {}.{} % were still taken", share / 10, share % 10);
    assert!(taken > 0, "{what}: nothing that was changed was taken, so nothing was tried");
}

fn changed(corpus: &[Vec<u8>], at: usize, chance: &mut Chance) -> Vec<u8> {
    let mut bytes = corpus[at].clone();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        let end = (at + chance.below(16)).min(bytes.len());
        match chance.below(7) {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.truncate(at),
            2 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece.repeat(1 + chance.below(64)));
            }
            3 => {
                let other = &corpus[chance.below(corpus.len())];
                let from = chance.below(other.len() + 1);
                bytes.splice(at..end, other[from..].iter().copied().take(64));
            }
            4 => drop(bytes.splice(at..end, TELLING[chance.below(TELLING.len())].iter().copied())),
            5 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            _ if at < bytes.len() => bytes[at] = bytes[at].wrapping_add(1),
            _ => {}
        }
        bytes.truncate(LONGEST);
    }
    bytes
}

/// Numbers that follow from a seed: the hash of how many were asked for.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 += 1;
        let drawn = BuildHasherDefault::<DefaultHasher>::default().hash_one(self.0);
        usize::try_from(drawn % bound.max(1) as u64).unwrap_or(0)
    }
}
