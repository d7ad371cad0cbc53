//! Floor 0: what people get wrong in the files that they write, by kind.
//!
//! Every diagnostic bears one, printed as `error[E0106]`. A number once given stays with its kind; one
//! that is given up is not used again. What each means, with a wrong and a right example, is told by
//! `report::explain`.

use std::fmt;

macro_rules! mistakes {
    ($($(#[$group:meta])* $name:ident = $number:literal,)+) => {
        /// A kind of mistake. The hundreds are where it is made: 1 YAML, 2 the form of a file, 3 what it
        /// means, 4 an expression, 5 a scenario, 6 the workspace's file, 7 a service; 8 is what `anyorder lint` finds.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Mistake {
            $($(#[$group])* $name = $number,)+
        }

        impl Mistake {
            /// In the order of their numbers.
            pub const ALL: &[Mistake] = &[$(Mistake::$name,)+];
        }
    };
}

mistakes! {
    /// Nothing is written, too much, or too deep.
    Size = 101,
    /// What no reader of YAML takes.
    NotYaml = 102,
    OpenBracket = 103,
    OpenQuote = 104,
    TextAfterQuote = 105,
    CutByComma = 106,
    NeedsQuotes = 107,
    SecondColon = 108,
    Tag = 109,
    /// Anchors, aliases and merge keys.
    Anchor = 110,
    Indentation = 111,
    Tab = 112,
    SameKeyTwice = 113,
    NoKey = 114,
    SecondDocument = 115,
    /// `017`, `0x1F`, `1_000`, `True`: YAMLs do not agree on them.
    OddNumber = 116,
    /// `yes`, `no`, `on`, `off`.
    YesOrNo = 117,

    UnknownKey = 201,
    MissingKey = 202,
    /// A mapping where a text is wanted, and the like.
    WrongKind = 203,
    NotOneOf = 204,
    BadName = 206,
    ReservedName = 207,
    SaidTwice = 208,
    NotBoth = 209,
    FileName = 210,
    NothingListed = 211,
    OneMessageEach = 212,
    BadDuration = 213,
    AlarmWithoutTime = 214,
    NotWhole = 215,

    UnknownState = 301,
    UnknownMessage = 302,
    UnknownAlarm = 303,
    SaysTwoThings = 304,
    NeverTaken = 305,
    StateForReaction = 306,
    NoSpreadHere = 307,
    NoExpressionHere = 308,
    NeedlessEquals = 309,
    MissingEquals = 310,
    EmptyExpression = 311,
    /// A `to` under `enter`.
    EntryLeadsOn = 312,
    /// An end under `in`.
    EndShares = 313,
    /// What cannot be used as a part of a process.
    NotAPart = 314,
    /// Of the steps of a saga.
    AnswersTwo = 321,
    PastThePivot = 322,
    EventInStep = 323,

    Unexpected = 401,
    OtherLanguage = 402,
    OpenInExpression = 403,
    BadSpelling = 404,
    UnknownName = 405,
    UnknownAttribute = 406,
    UnknownFunction = 407,
    Arguments = 408,
    TypesDoNotFit = 409,
    NotBoolean = 410,
    NeverCompares = 411,
    BadText = 412,
    TooMuch = 413,
    NameTaken = 414,
    NotInProperty = 415,
    NeedsParentheses = 416,
    NotInJoin = 417,

    NotDelivered = 501,
    UnheardMessage = 502,
    Causes = 503,
    UnknownOutcome = 504,
    TwoVersions = 505,
    NotJson = 506,
    NoSuchProcess = 507,
    SpeaksForProcess = 508,
    NeverSaid = 509,

    Ownership = 601,
    IdleVerb = 602,
    BadOption = 603,
    ShadowedVerb = 604,

    /// A service that should remember, and does not say whose data it is.
    NoEntity = 701,
    BadChance = 702,
    HeardByItself = 703,
    /// What only a process has is asked of a service.
    NoStates = 704,
    DelaysNothing = 705,

    /// What is allowed, and is not there.
    IdleAllow = 801,
    NeverWakes = 802,
    StrayRing = 803,
    UnheardAlarm = 804,
    NoWayToEnd = 805,
    UnreachableState = 806,
    DeadAnswer = 807,
    NoWayBack = 808,
    NobodySays = 809,
    NobodyHears = 810,
    NobodyAnswers = 811,
    ServiceCommands = 812,
    ServicesInACircle = 813,
    TwoOfOneName = 814,
    CrudName = 815,
    SharedMember = 816,
}

/// What `anyorder lint` finds, as people name it who allow it: from number 802, in the order of the numbers.
pub const LINTS: &[&str] = &[
    "never-wakes",
    "stray-ring",
    "unheard-alarm",
    "no-way-to-end",
    "unreachable-state",
    "dead-answer",
    "no-way-back",
    "nobody-says",
    "nobody-hears",
    "nobody-answers",
    "service-commands",
    "services-in-a-circle",
    "two-of-one-name",
    "crud-name",
    "shared-member",
];

/// The number of the first that has a name.
const FIRST_LINT: u16 = 802;

impl Mistake {
    /// As a person writes it: `E0106`, `e106` or `106`.
    pub fn parse(text: &str) -> Option<Mistake> {
        let digits = text.trim().trim_start_matches(['E', 'e']);
        let number: u16 = digits.parse().ok().filter(|_| digits.len() <= 4)?;
        Mistake::ALL.iter().copied().find(|mistake| *mistake as u16 == number)
    }

    /// What it is called where somebody allows it; None where it cannot be allowed.
    pub fn lint(self) -> Option<&'static str> {
        LINTS.get(usize::from((self as u16).checked_sub(FIRST_LINT)?)).copied()
    }

    /// The one that is allowed by that name.
    pub fn of_lint(name: &str) -> Option<Mistake> {
        Mistake::ALL.iter().copied().find(|mistake| mistake.lint() == Some(name))
    }

    /// The one whose number is nearest; None where none is near.
    pub fn nearest(number: u32) -> Option<Mistake> {
        let away = |mistake: &Mistake| (*mistake as u32).abs_diff(number);
        Mistake::ALL.iter().copied().min_by_key(away).filter(|near| away(near) < 100)
    }
}

/// `E0106`.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "E{:04}", *self as u16)
    }
}
