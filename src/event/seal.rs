//! The checksum of a line: its last member, `crc`, the CRC-32C of the line's bytes before `,"crc"`, seeded with
//! the previous line's, as 8 lower-case hex digits. The first line's seed is 0, and 0 again after a line without one.

/// `,"crc":"01234567"}`
pub(super) const SEAL: usize = 18;

/// The checksum that a line bears as its last member, in our spelling.
pub fn crc_of(line: &str) -> Option<u32> {
    // Pieces of known sizes: each is compared as one number.
    let seal: &[u8; SEAL] = line.as_bytes().last_chunk()?;
    let (key, rest): (&[u8; 8], _) = seal.split_first_chunk()?;
    let (digits, end): (&[u8; 8], _) = rest.split_first_chunk()?;
    let crc = of_digits(*digits);
    (key == b",\"crc\":\"" && end == b"\"}" && digits_of(crc) == *digits).then_some(crc)
}

/// Eight hex digits: each half byte in a byte of its own, the highest first, and all made digits at once.
fn digits_of(crc: u32) -> [u8; 8] {
    let mut wide = u64::from(crc);
    wide = (wide << 16 | wide) & 0x0000_ffff_0000_ffff;
    wide = (wide << 8 | wide) & 0x00ff_00ff_00ff_00ff;
    wide = (wide << 4 | wide) & 0x0f0f_0f0f_0f0f_0f0f;
    let letters = (wide + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    (wide + 0x3030_3030_3030_3030 + letters * 0x27).to_be_bytes()
}

/// The way back; some number for what are no such digits.
fn of_digits(digits: [u8; 8]) -> u32 {
    let digits = u64::from_be_bytes(digits);
    let letters = digits >> 6 & 0x0101_0101_0101_0101;
    let mut wide = ((digits & 0x0f0f_0f0f_0f0f_0f0f) + letters * 9) & 0x0f0f_0f0f_0f0f_0f0f;
    wide = (wide | wide >> 4) & 0x00ff_00ff_00ff_00ff;
    wide = (wide | wide >> 8) & 0x0000_ffff_0000_ffff;
    (wide | wide >> 16) as u32
}

/// Whether that is what stands behind the last member of a sealed line.
pub(super) fn is_sealed(rest: &[u8]) -> bool {
    rest.len() == SEAL && std::str::from_utf8(rest).is_ok_and(|rest| crc_of(rest).is_some())
}

/// The checksum of a line that bears the one which its bytes and the line before it ask for.
#[inline(always)]
pub fn fits(line: &[u8], seed: u32) -> Option<u32> {
    let (inside, seal) = line.split_last_chunk::<SEAL>()?;
    let (key, rest) = seal.split_first_chunk::<8>()?;
    let (digits, end) = rest.split_first_chunk::<8>()?;
    let computed = digits_of(crc32c::crc32c_append(seed, inside));
    // Answered is what was read, though it is the same: the processor goes on to the next line with it before it has
    // computed this one.
    (key == b",\"crc\":\"" && end == b"\"}" && computed == *digits).then(|| of_digits(*digits))
}

/// Whether a line bears the checksum that its bytes and the line before it ask for; None for a line
/// without one.
pub fn verify(line: &str, seed: u32) -> Option<Result<u32, u32>> {
    let borne = crc_of(line)?;
    let computed = crc32c::crc32c_append(seed, &line.as_bytes()[..line.len() - SEAL]);
    Some(if borne == computed { Ok(borne) } else { Err(computed) })
}

/// Puts the checksum into the JSON object that begins at byte `start` of `out` and ends it.
pub fn seal(out: &mut String, start: usize, seed: u32) -> u32 {
    assert_eq!(out.pop(), Some('}'), "a line is a JSON object");
    let crc = crc32c::crc32c_append(seed, &out.as_bytes()[start..]);
    out.push_str(",\"crc\":\"");
    out.extend(digits_of(crc).map(char::from));
    out.push_str("\"}");
    crc
}

/// Leaves room for a checksum at the end of the JSON object that ends `out`.
pub fn leave_room(out: &mut String) {
    assert_eq!(out.pop(), Some('}'), "a line is a JSON object");
    out.push_str(",\"crc\":\"00000000\"}");
}

/// Puts the checksum into the room that was left at the end of a line.
pub fn fill(line: &mut [u8], seed: u32) -> u32 {
    let (inside, room) = line.split_at_mut(line.len() - SEAL);
    let crc = crc32c::crc32c_append(seed, inside);
    room[SEAL - 10..SEAL - 2].copy_from_slice(&digits_of(crc));
    crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_that_is_filled_is_a_seal() {
        let (mut room, mut sealed) = ("{\"n\":1}".to_string(), "{\"n\":1}".to_string());
        leave_room(&mut room);
        let mut room = room.into_bytes();
        assert_eq!((fill(&mut room, 7), &*room), (seal(&mut sealed, 0, 7), sealed.as_bytes()));
        assert_eq!((fits(&room, 7), fits(&room, 8)), (crc_of(&sealed), None));
        for at in 0..room.len() {
            room[at] ^= 1;
            assert_eq!(fits(&room, 7), None, "byte {at}");
            room[at] ^= 1;
        }
    }

    #[test]
    fn a_checksum_is_written_and_read_as_others_write_numbers() {
        let with = |digits: &str| crc_of(&format!("{{,\"crc\":\"{digits}\"}}"));
        for crc in (0..u32::MAX).step_by(9_973).chain([u32::MAX]) {
            let digits = format!("{crc:08x}");
            assert_eq!((std::str::from_utf8(&digits_of(crc)), with(&digits)), (Ok(&*digits), Some(crc)));
        }
        // No byte that is not one of the digits passes for one.
        for byte in (0..128).map(char::from) {
            for at in 0..8 {
                let mut digits = "0a1b2c3d".to_string();
                digits.replace_range(at..=at, &byte.to_string());
                let digit = byte.is_ascii_digit() || ('a'..='f').contains(&byte);
                assert_eq!(
                    with(&digits),
                    u32::from_str_radix(&digits, 16).ok().filter(|_| digit),
                    "{digits}"
                );
                let line = format!("{{,\"crc\":\"{digits}\"}}");
                assert_eq!(fits(line.as_bytes(), 0), verify(&line, 0).and_then(Result::ok));
            }
        }
    }
}
