//! What may happen next in a world, and what a choice did.

/// Something that may happen next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    pub what: What,
    /// The host stops within this step: what follows says where.
    pub stops: bool,
    pub label: u16,
    /// For how many choices it stands that lead to the same world.
    pub weight: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A listed message, by the number of its delivery.
    Listed(usize),
    /// A message that a process sent, by its place among the items.
    Sent(usize),
    /// A duplicate that is in flight again, by its place among the copies.
    Copy(usize),
    /// An alarm, by slot and place.
    Ring(u32, usize),
    /// A fault: a listed message comes once more, by the number of its delivery.
    Again(usize),
    /// A fault: so does another, by its place among those that were delivered.
    AgainOther(usize),
    /// A fault: a listed message vanishes, by the number of its delivery.
    Lost(usize),
    /// A fault: the host stops within the step that has begun, when so many effects are out.
    Crash(u32),
}

impl What {
    /// It may be taken, and never must be.
    pub fn is_fault(self) -> bool {
        matches!(self, What::Again(_) | What::AgainOther(_) | What::Lost(_) | What::Crash(_))
    }
}

/// What a choice did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Applied {
    /// The number of the step that was taken.
    pub step: Option<u32>,
    /// What was sent.
    pub sent: u32,
}

impl Applied {
    pub const NOTHING: Applied = Applied { step: None, sent: 0 };
}
