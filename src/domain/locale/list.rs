//! How the list of texts in `keys` becomes a type. It knows none of them.

macro_rules! text_keys {
    ($($(#[$doc:meta])* $variant:ident = $name:literal [$($slot:literal),*]),+ $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum TextKey { $($(#[$doc])* $variant),+ }

        impl TextKey {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As the locale files write it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The places that this text may fill in.
            pub fn slots(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($slot),*]),+ }
            }

            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|key| key.name() == name)
            }
        }
    };
}
