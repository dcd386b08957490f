//! Page tokens: a position bound to the method, the caller and the filter it was given for. They hold no secret and
//! need none: a position is only ever looked up within what the caller may read.

use std::hash::{Hash, Hasher};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rustc_hash::FxHasher;

use super::{
    limits,
    path::Path,
    status::{Failure, Outcome, Reason},
};
use crate::access::Caller;

/// What a page token is good for.
#[derive(Clone, Copy, Debug)]
pub struct Binding([u8; 8]);

impl Binding {
    /// The binding of a method, its caller and the conditions of the request.
    pub fn new(method: &'static str, caller: &Caller, conditions: &str) -> Self {
        let mut hasher = FxHasher::default();
        (caller.tenant, caller.principal, method, conditions).hash(&mut hasher);
        Self(hasher.finish().to_be_bytes())
    }

    /// The token for the page after this one; empty: there is none.
    pub fn token(&self, next: Option<Vec<u8>>) -> String {
        next.map(|position| URL_SAFE_NO_PAD.encode([&self.0, position.as_slice()].concat())).unwrap_or_default()
    }

    /// The position that a token leads to.
    ///
    /// # Errors
    /// The token was not given for this method, caller and conditions.
    pub fn position(&self, token: &str) -> Outcome<Option<Vec<u8>>> {
        if token.is_empty() {
            return Ok(None);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token.get(..limits::PAGE_TOKEN_BYTES_MAX).unwrap_or(token)).ok();
        let position = bytes.as_deref().and_then(|bytes| bytes.strip_prefix(&self.0)).map(<[u8]>::to_vec);
        position.map(Some).ok_or_else(|| Failure::field(Path::Root.field("page_token"), Reason::InvalidPageToken))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::{CredentialId, PrincipalId, TenantId};

    fn caller(principal: u128) -> Caller {
        Caller {
            tenant: TenantId(Uuid::from_u128(1)),
            principal: PrincipalId(Uuid::from_u128(principal)),
            credential: CredentialId(Uuid::from_u128(3)),
            roles: Vec::new(),
        }
    }

    #[test]
    fn a_token_leads_back_only_where_it_was_given() {
        let given = Binding::new("ListCases", &caller(1), "state = OPEN");
        let token = given.token(Some(vec![1, 2, 3]));
        assert_eq!(given.position(&token).unwrap(), Some(vec![1, 2, 3]));
        assert_eq!(given.position("").unwrap(), None);
        assert_eq!(given.token(None), "");
        for other in [
            Binding::new("ListItems", &caller(1), "state = OPEN"),
            Binding::new("ListCases", &caller(2), "state = OPEN"),
            Binding::new("ListCases", &caller(1), ""),
        ] {
            assert_eq!(other.position(&token).unwrap_err().reason, Reason::InvalidPageToken);
        }
        assert!(given.position("not base64 !").is_err());
        assert!(given.position(&"A".repeat(2_000)).is_err());
    }
}
