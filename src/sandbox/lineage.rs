//! Which snapshot a text means, and where a snapshot comes from. Both for an organisation: what
//! belongs to another one and is not public is not there for it.

use std::collections::HashSet;

use super::belljar::Belljar;
use super::error::SandboxError;
use super::name::LATEST;
use super::records::{Records, RecordsError, SnapshotFilter, SnapshotRecord};
use super::snapshot::not_found;
use crate::id::{OrgId, SnapshotId};

/// Most ancestors that are looked at for one answer.
const MAX_LINEAGE: u32 = 1000;

impl Belljar {
    /// Finds the snapshot that `reference` means for `org`. In this order: the id of one of its own or
    /// of a public one; `@organisation/name:tag` (id or name of the organisation; its own or a public
    /// one); `name:tag`; a tag, the newest that has it; a name with the tag `latest`; the newest of a
    /// name.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound), also for private ones of others.
    pub async fn find_snapshot(
        &self,
        reference: &str,
        org: &OrgId,
    ) -> Result<SnapshotRecord, SandboxError> {
        let (wanted, of) = (reference.to_owned(), org.clone());
        let find = move |records: &mut dyn Records| find(records, &wanted, &of);
        let found = self.shared.ledger.read(find).await?;
        found.ok_or_else(|| not_found(reference))
    }

    /// A snapshot, the one its sandbox was made from, the one that one's was, and so on, as far as
    /// `org` may see them; at most `limit`. Deleted ones are among them.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](super::ErrorKind::NotFound) if there is no such snapshot for `org`.
    pub async fn snapshot_lineage(
        &self,
        id: &SnapshotId,
        org: &OrgId,
        limit: u32,
    ) -> Result<Vec<SnapshotRecord>, SandboxError> {
        let (first, of) = (id.clone(), org.clone());
        let walk = move |records: &mut dyn Records| lineage(records, first, &of, limit);
        let found = self.shared.ledger.read(walk).await?;
        found.ok_or_else(|| not_found(id.as_str()))
    }
}

/// What [`Belljar::find_snapshot`] finds.
pub(super) fn find(
    records: &mut dyn Records,
    reference: &str,
    org: &OrgId,
) -> Result<Option<SnapshotRecord>, RecordsError> {
    if let Ok(id) = SnapshotId::parse(reference)
        && let Some(record) = records.snapshot(&id)?
        && !record.is_deleted()
        && visible(&record, org)
    {
        return Ok(Some(record));
    }
    if let Some(rest) = reference.strip_prefix('@') {
        let Some((owner, rest)) = rest.split_once('/') else {
            return Ok(None);
        };
        let owners = records.orgs()?.into_iter();
        let mut owners = owners.filter(|one| one.id.as_str() == owner || one.name == owner);
        let (Some(owner), None) = (owners.next(), owners.next()) else {
            // Names need not be unique; what two have means neither.
            return Ok(None);
        };
        let public_only = owner.id != *org;
        return match rest.split_once(':') {
            Some((name, tag)) => newest(records, &owner.id, public_only, Some(name), Some(tag)),
            None => by_name(records, &owner.id, public_only, rest),
        };
    }
    if let Some((name, tag)) = reference.split_once(':') {
        return newest(records, org, false, Some(name), Some(tag));
    }
    if let Some(tagged) = newest(records, org, false, None, Some(reference))? {
        return Ok(Some(tagged));
    }
    by_name(records, org, false, reference)
}

/// The snapshot that a name alone means.
fn by_name(
    records: &mut dyn Records,
    org: &OrgId,
    public_only: bool,
    name: &str,
) -> Result<Option<SnapshotRecord>, RecordsError> {
    match newest(records, org, public_only, Some(name), Some(LATEST))? {
        Some(latest) => Ok(Some(latest)),
        None => newest(records, org, public_only, Some(name), None),
    }
}

fn newest(
    records: &mut dyn Records,
    org: &OrgId,
    public_only: bool,
    name: Option<&str>,
    tag: Option<&str>,
) -> Result<Option<SnapshotRecord>, RecordsError> {
    let filter = SnapshotFilter {
        org: Some(org.clone()),
        name: name.map(str::to_owned),
        tag: tag.map(str::to_owned),
        public_only,
        limit: 1,
        ..SnapshotFilter::default()
    };
    Ok(records.snapshots(&filter)?.0.into_iter().next())
}

fn lineage(
    records: &mut dyn Records,
    first: SnapshotId,
    org: &OrgId,
    limit: u32,
) -> Result<Option<Vec<SnapshotRecord>>, RecordsError> {
    let limit = usize::try_from(limit.min(MAX_LINEAGE)).unwrap_or(0);
    let mut line = Vec::new();
    // Records cannot name each other in a circle, but a hand-made file can.
    let mut seen = HashSet::new();
    let mut next = Some(first);
    while let Some(id) = next {
        let Some(record) = records.snapshot(&id)?.filter(|one| visible(one, org)) else {
            break;
        };
        if !seen.insert(id) {
            break;
        }
        next = record.parent.clone();
        line.push(record);
        if line.len() >= limit.max(1) {
            break;
        }
    }
    if line.is_empty() {
        return Ok(None);
    }
    line.truncate(limit);
    Ok(Some(line))
}

/// Whether a snapshot is there for an organisation.
fn visible(record: &SnapshotRecord, org: &OrgId) -> bool {
    record.public || record.org == *org
}

#[cfg(test)]
mod tests;
