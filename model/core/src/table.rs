//! Enums that are tables: each variant with its row.

/// An enum whose variants stand beside their rows, so that a new variant is one entry. `row` reads the row of a variant,
/// `describe` and `rules` its words and its rules; `ALL` lists the variants in reading order: one that holds something
/// once for each element of its list.
macro_rules! table {
    (
        $(#[$meta:meta])*
        pub enum $Enum:ident: $Row:ty;

        $($(#[$doc:meta])* $Variant:ident $(($held:ident: $Held:ty, of $list:expr))? => $row:expr;)*
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $Enum {
            $($(#[$doc])* $Variant $(($Held))?,)*
        }

        impl $Enum {
            /// Each of them, in reading order.
            pub const ALL: &'static [Self] = {
                const PARTS: &[&[$Enum]] = &[$($crate::table::table!(@part $Enum $Variant $($Held, $list)?)),*];
                const COUNT: usize = $crate::table::total(PARTS);
                const ALL: [$Enum; COUNT] = $crate::table::joined(PARTS);
                &ALL
            };

            pub(super) const fn row(self) -> $Row {
                match self {
                    $(Self::$Variant $(($held))? => $row,)*
                }
            }

            /// What to say of it, to whoever is told.
            #[must_use]
            pub const fn describe(self) -> &'static str {
                self.row().says
            }

            /// The rules that it enforces.
            #[must_use]
            pub const fn rules(self) -> &'static [oauth_rules::RuleId] {
                self.row().rules
            }
        }
    };
    (@part $Enum:ident $Variant:ident) => {
        &[$Enum::$Variant]
    };
    (@part $Enum:ident $Variant:ident $Held:ty, $list:expr) => {{
        const LIST: &[$Held] = $list;
        const PART: [$Enum; LIST.len()] = {
            let mut part = [$Enum::$Variant(LIST[0]); LIST.len()];
            let mut at = 1;
            while at < part.len() {
                part[at] = $Enum::$Variant(LIST[at]);
                at += 1;
            }
            part
        };
        &PART
    }};
}

pub(crate) use table;

/// How many there are in all parts.
pub(crate) const fn total<T>(parts: &[&[T]]) -> usize {
    let (mut count, mut part) = (0, 0);
    while part < parts.len() {
        count += parts[part].len();
        part += 1;
    }
    count
}

/// All parts in one.
pub(crate) const fn joined<T: Copy, const COUNT: usize>(parts: &[&[T]]) -> [T; COUNT] {
    let mut all = [parts[0][0]; COUNT];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let mut nth = 0;
        while nth < parts[part].len() {
            all[at] = parts[part][nth];
            at += 1;
            nth += 1;
        }
        part += 1;
    }
    all
}
