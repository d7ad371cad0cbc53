//! Where the program's memory comes from: the first of it, which is all that most commands take, out of one piece
//! that is there from the beginning, the rest from mimalloc.
//!
//! A log is read as many small pieces of text that live for very different times, which mimalloc keeps apart much
//! faster than the system's allocator does. Its beginning is dear: for each size of piece that is asked for it prepares
//! pages of memory, and in an append, that is over in a millisecond, every third page was one of those.

use mimalloc::MiMalloc;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// An append touches 20 pages of it, one that names its id 39.
const FIRST: usize = 256 * 1024;

/// Pieces of the first memory are given out one behind the other and never taken back, but for the last.
pub struct Allocator {
    memory: UnsafeCell<[u8; FIRST]>,
    taken: AtomicUsize,
}

// `unsafe`: a byte of the memory belongs to whoever it was given to; `taken` decides who that is.
unsafe impl Sync for Allocator {}

impl Allocator {
    pub const fn new() -> Allocator {
        Allocator { memory: UnsafeCell::new([0; FIRST]), taken: AtomicUsize::new(0) }
    }

    /// A piece of the first memory. What whoever gave it back did with it comes before what is done with it now, which is
    /// what acquiring and releasing `taken` say.
    fn first(&self, layout: Layout) -> Option<*mut u8> {
        let base = self.memory.get() as usize;
        let mut taken = self.taken.load(Ordering::Relaxed);
        loop {
            let start = (base + taken).next_multiple_of(layout.align()) - base;
            let end = start.checked_add(layout.size()).filter(|end| *end <= FIRST)?;
            match self.taken.compare_exchange_weak(taken, end, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return Some(unsafe { self.memory.get().cast::<u8>().add(start) }),
                Err(now) => taken = now,
            }
        }
    }

    /// How far behind the beginning of the first memory that is, if it is inside of it.
    fn inside(&self, pointer: *mut u8) -> Option<usize> {
        let at = (pointer as usize).wrapping_sub(self.memory.get() as usize);
        (at < FIRST).then_some(at)
    }
}

// `unsafe`: that is what an allocator is. A piece of the first memory is nobody else's, since `taken` only grows past
// it once, and comes back only from behind the last piece, which is the one that was given back.
unsafe impl GlobalAlloc for Allocator {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match self.first(layout) {
            Some(piece) => piece,
            None => unsafe { MiMalloc.alloc(layout) },
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        match self.first(layout) {
            Some(piece) => {
                unsafe { piece.write_bytes(0, layout.size()) };
                piece
            }
            None => unsafe { MiMalloc.alloc_zeroed(layout) },
        }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        match self.inside(piece) {
            None => unsafe { MiMalloc.dealloc(piece, layout) },
            Some(at) => {
                let end = at + layout.size();
                let _ = self.taken.compare_exchange(end, at, Ordering::Release, Ordering::Relaxed);
            }
        }
    }

    #[inline(never)]
    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Some(at) = self.inside(piece) else { return unsafe { MiMalloc.realloc(piece, layout, size) } };
        let (end, wanted) = (at + layout.size(), at.saturating_add(size));
        if wanted <= FIRST
            && self.taken.compare_exchange(end, wanted, Ordering::AcqRel, Ordering::Relaxed).is_ok()
        {
            return piece;
        }
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                new.copy_from_nonoverlapping(piece, layout.size().min(size));
                self.dealloc(piece, layout);
            }
            new
        }
    }
}
