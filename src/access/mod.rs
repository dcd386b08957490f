//! Who may call what: the table of methods and roles, read from the service's own descriptor set, and the token in a
//! header. Knows neither tonic nor how a token is checked.

mod table;

pub use table::{AccessTable, TableError, Verdict};

use crate::{
    id::{CredentialId, PrincipalId, TenantId},
    store::AccessRole,
};

/// Who calls: everything that the rest of the service knows of a credential. The tenant comes from here and from
/// nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The tenant.
    pub tenant: TenantId,
    /// The principal.
    pub principal: PrincipalId,
    /// The credential.
    pub credential: CredentialId,
    /// Its roles.
    pub roles: Vec<AccessRole>,
}

/// The longest token that is looked at.
const TOKEN_BYTES_MAX: usize = 256;

/// The token of an `authorization` header (RFC 6750): `Bearer`, in any case, one space or more, then the token.
pub fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim_matches(' ');
    let fits = !token.is_empty() && token.len() <= TOKEN_BYTES_MAX && token.bytes().all(|byte| byte.is_ascii_graphic());
    (scheme.eq_ignore_ascii_case("bearer") && fits).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, token: Option<&str>) {
        assert_eq!(bearer(header), token, "{header:?}");
    }

    #[test]
    fn a_bearer_token_is_one_word_after_the_scheme() {
        check("Bearer trg_abc", Some("trg_abc"));
        check("bearer  trg_abc ", Some("trg_abc"));
        check("Bearer", None);
        check("Bearer ", None);
        check("Basic trg_abc", None);
        check("trg_abc", None);
        check("Bearer a b", None);
        check("Bearer \u{e9}", None);
        check(&format!("Bearer {}", "x".repeat(TOKEN_BYTES_MAX)), Some(&"x".repeat(TOKEN_BYTES_MAX)));
        check(&format!("Bearer {}", "x".repeat(TOKEN_BYTES_MAX + 1)), None);
    }
}
