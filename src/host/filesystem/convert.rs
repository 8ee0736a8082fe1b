//! Between WASI's records and the filesystem's.

use wasmtime_wasi::p2::bindings::clocks::wall_clock::Datetime;

use super::bindings::wasi::filesystem::types::{
    DescriptorStat, DescriptorType, ErrorCode, MetadataHashValue, NewTimestamp, PathFlags,
};
use crate::vfs::{Follow, Kind, SetTime, Stat};

const NANOS: u32 = 1_000_000_000;

pub(super) fn descriptor_type(kind: Kind) -> DescriptorType {
    match kind {
        Kind::File => DescriptorType::RegularFile,
        Kind::Directory => DescriptorType::Directory,
        Kind::Symlink => DescriptorType::SymbolicLink,
        Kind::Device(_) => DescriptorType::CharacterDevice,
    }
}

pub(super) fn follow(flags: PathFlags) -> Follow {
    if flags.contains(PathFlags::SYMLINK_FOLLOW) {
        Follow::Yes
    } else {
        Follow::No
    }
}

pub(super) fn stat(stat: &Stat) -> DescriptorStat {
    DescriptorStat {
        type_: descriptor_type(stat.kind),
        link_count: stat.nlink.into(),
        size: stat.size,
        data_access_timestamp: datetime(stat.atime),
        data_modification_timestamp: datetime(stat.mtime),
        status_change_timestamp: datetime(stat.ctime),
    }
}

/// WASI 0.2 cannot say a time before 1970; an archive may have brought one.
fn datetime(time: i64) -> Option<Datetime> {
    let time = u64::try_from(time).ok()?;
    Some(Datetime {
        seconds: time / u64::from(NANOS),
        nanoseconds: u32::try_from(time % u64::from(NANOS)).ok()?,
    })
}

pub(super) fn set_time(time: NewTimestamp) -> Result<SetTime, ErrorCode> {
    match time {
        NewTimestamp::NoChange => Ok(SetTime::Keep),
        NewTimestamp::Now => Ok(SetTime::Now),
        // As POSIX says of `utimensat`.
        NewTimestamp::Timestamp(time) if time.nanoseconds >= NANOS => Err(ErrorCode::Invalid),
        NewTimestamp::Timestamp(time) => i64::try_from(time.seconds)
            .ok()
            .and_then(|seconds| seconds.checked_mul(NANOS.into()))
            .and_then(|nanos| nanos.checked_add(time.nanoseconds.into()))
            .map(SetTime::At)
            .ok_or(ErrorCode::Overflow),
    }
}

/// The inode's number, and nothing else: WASI only suggests that modification should change it,
/// while C libraries for WASI give it to programs as `st_ino`, which must stay.
pub(super) fn hash(ino: u64) -> MetadataHashValue {
    MetadataHashValue {
        lower: ino,
        upper: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64, nanoseconds: u32) -> NewTimestamp {
        NewTimestamp::Timestamp(Datetime {
            seconds,
            nanoseconds,
        })
    }

    #[test]
    fn times_that_cannot_be_are_refused() {
        assert!(matches!(set_time(at(1, 5)), Ok(SetTime::At(1_000_000_005))));
        assert!(matches!(set_time(at(1, NANOS)), Err(ErrorCode::Invalid)));
        let late = u64::MAX / 2;
        assert!(matches!(set_time(at(late, 0)), Err(ErrorCode::Overflow)));
        assert!(matches!(
            set_time(at(9_223_372_036, 999_999_999)),
            Err(ErrorCode::Overflow)
        ));
    }

    #[test]
    fn times_before_1970_are_unknown() {
        assert!(datetime(-1).is_none());
        let time = datetime(2_000_000_003).unwrap();
        assert_eq!((time.seconds, time.nanoseconds), (2, 3));
    }
}
