//! A web form: its subject is a turn of its own.

use super::draft::{Draft, TurnTime};
use crate::{
    conversation::{Part, Role},
    service::{
        convert::scalar::{self, MEDIA_TYPE},
        limits,
        path::{Path, Violations},
        pb,
        status::Reason,
    },
    store::StoredAttachment,
};

/// Adds a form to a draft.
pub(super) fn query(draft: &mut Draft, query: pb::Query, path: &Path<'_>, violations: &mut Violations) {
    let pb::Query { subject, body, attachments: attached } = query;
    draft.push_unless_empty(Role::Customer, Part::Subject, subject, TurnTime::default());
    draft.push_unless_empty(Role::Customer, Part::Body, body, TurnTime::default());
    attachments(draft, attached, path, violations);
}

/// Adds what was attached, by type, size and reference.
pub(super) fn attachments(
    draft: &mut Draft,
    attachments: Vec<pb::Attachment>,
    parent: &Path<'_>,
    violations: &mut Violations,
) {
    let path = parent.field("attachments");
    scalar::count(attachments.len(), limits::ATTACHMENTS_MAX, &path, violations);
    for (index, attachment) in attachments.into_iter().enumerate().take(limits::ATTACHMENTS_MAX) {
        let path = path.at(index);
        let pb::Attachment { media_type, size_bytes, reference } = attachment;
        if !media_type.is_empty() {
            MEDIA_TYPE.check(&media_type, &path.field("media_type"), violations);
        }
        violations.check(size_bytes >= 0, &path.field("size_bytes"), Reason::FieldOutOfRange);
        draft.attachments.push(StoredAttachment {
            media_type,
            size_bytes: u64::try_from(size_bytes).unwrap_or_default(),
            reference: scalar::reference(reference, &path.field("reference"), violations).unwrap_or_default(),
        });
    }
}
