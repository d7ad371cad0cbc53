//! A medium around another one says only what it does otherwise: `pass_on!` writes the rest.
//!
//! Inside an `impl` of `Bytes`, `Log` or `Medium`, for whoever has the other one as `inner`.

macro_rules! pass_on {
    ($name:ident(&self $(, $argument:ident: $type:ty)*) -> $answer:ty) => {
        fn $name(&self $(, $argument: $type)*) -> $answer {
            self.inner.$name($($argument),*)
        }
    };
    ($name:ident(&mut self $(, $argument:ident: $type:ty)*) -> $answer:ty) => {
        fn $name(&mut self $(, $argument: $type)*) -> $answer {
            self.inner.$name($($argument),*)
        }
    };
    (name) => { pass_on! { name(&self) -> &str } };
    (len) => { pass_on! { len(&self) -> Result<u64> } };
    (read_at) => { pass_on! { read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> } };
    (lock) => { pass_on! { lock(&mut self) -> Result<()> } };
    (unlock) => { pass_on! { unlock(&mut self) -> Result<()> } };
    (append) => { pass_on! { append(&mut self, bytes: &[u8]) -> Result<()> } };
    (truncate) => { pass_on! { truncate(&mut self, len: u64) -> Result<()> } };
    (sync) => { pass_on! { sync(&mut self) -> Result<()> } };
    (keep_aside) => { pass_on! { keep_aside(&mut self, offset: u64, bytes: &[u8]) -> Result<String> } };
    (is_unsure) => { pass_on! { is_unsure(&self) -> Result<bool> } };
    (mark_unsure) => { pass_on! { mark_unsure(&mut self, why: &str) -> Result<()> } };
    (clear_unsure) => { pass_on! { clear_unsure(&mut self) -> Result<()> } };
    (write_again) => { pass_on! { write_again(&mut self) -> Result<()> } };
    (replace) => { pass_on! { replace(&mut self, next: &mut anyorder::store::Pieces<'_>) -> Result<String> } };
    (modules) => { pass_on! { modules(&self) -> Result<Vec<Name>> } };
    (caches) => { pass_on! { caches(&self) -> Result<Vec<String>> } };
    (cache) => { pass_on! { cache(&self, name: &str) -> Result<Option<Box<dyn anyorder::store::Bytes>>> } };
    (draft) => { pass_on! { draft(&self, name: &str) -> Result<Option<Box<dyn anyorder::store::Draft>>> } };
    (drop_cache) => { pass_on! { drop_cache(&self, name: &str) -> Result<()> } };
    ($first:ident $($others:ident)+) => {
        pass_on! { $first }
        $(pass_on! { $others })+
    };
}
pub(crate) use pass_on;
