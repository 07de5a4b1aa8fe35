//! The Twilio account that a command acts for.

use std::path::Path;

use shared::config::{Environment, Simulated, Values, tokens};
use shared::twilio::rest::{Account, TWILIO};

use super::{Local, Real};
use crate::access;

/// The names of the values that make an account.
const NAMES: [&str; 3] = ["twilio/account-sid", "twilio/auth-token", "twilio/api-base-url"];

/// The account of this environment; without one the simulated Twilio's, of the server at `address` with the data folder
/// `data`. `sandbox`: that server was started with `--sandbox`. It is the account that this server itself acts for.
///
/// # Errors
/// Says which variable is missing, or why the token of the data folder cannot be read.
pub fn twilio_account(
    environment: &Environment,
    data: &Path,
    address: &str,
    sandbox: bool,
) -> Result<Account, String> {
    let given = |name: &str| Some((name.to_owned(), environment.value(name)?.to_owned()));
    let mut values: Values = NAMES.iter().filter_map(|name| given(name)).collect();
    let simulated = Real::of(environment, &[]).simulated(sandbox);
    let is_simulated =
        simulated.contains(&Simulated::Twilio) && !values.contains_key("twilio/account-sid");
    if is_simulated {
        let start_token = access::read(data)?;
        let (address, metrics_token) = (address.to_owned(), start_token.clone());
        let local = Local { address, start_token, metrics_token, sandbox };
        local.simulate_twilio(environment, &mut values);
    }
    let value = |name: &str| values.get(name).map(String::as_str);
    let sid = value("twilio/account-sid").ok_or(
        "TWILIO_AUTH_TOKEN is set and TWILIO_ACCOUNT_SID is not: set that too, or add --sandbox for a server that was \
         started with it",
    )?;
    let mut tokens = tokens(value("twilio/auth-token").unwrap_or_default());
    if tokens.is_empty() {
        return Err(
            "TWILIO_ACCOUNT_SID is set and TWILIO_AUTH_TOKEN is not: set that too".to_owned()
        );
    }
    if is_simulated {
        // Its own comes first. That of the environment, which may be a real one, is for signatures alone.
        tokens.truncate(1);
    }
    let base_url = value("twilio/api-base-url").unwrap_or(TWILIO).to_owned();
    Ok(Account { sid: sid.to_owned(), tokens, base_url })
}

#[cfg(test)]
mod tests {
    use sandbox::Secrets;
    use sandbox::twilio::SANDBOX_ACCOUNT;
    use shared::secret::Secret;

    use super::*;

    const SERVER: &str = "http://127.0.0.1:1";

    /// The account of an environment with these variables, as SID, tokens and base URL.
    fn account(
        folder: &Path,
        variables: &[(&str, &str)],
        sandbox: bool,
    ) -> Result<[String; 3], String> {
        let variables = variables.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        let environment = Environment::of(variables);
        let account = twilio_account(&environment, folder, SERVER, sandbox)?;
        let tokens: Vec<&str> = account.tokens.iter().map(Secret::expose).collect();
        Ok([account.sid, tokens.join(" "), account.base_url])
    }

    #[test]
    fn account_is_that_of_the_environment_or_the_simulated_one() {
        let folder = tempfile::tempdir().unwrap();
        let real = [("TWILIO_ACCOUNT_SID", "AC1"), ("TWILIO_AUTH_TOKEN", "new, old")];
        let expected = ["AC1", "new old", TWILIO].map(str::to_owned);
        for sandbox in [false, true] {
            assert_eq!(account(folder.path(), &real, sandbox), Ok(expected.clone()));
        }
        let error = account(folder.path(), &[], false).unwrap_err();
        assert!(error.contains("--data DIR"), "{error}");
        let start_token = access::open(folder.path()).unwrap();
        let secret = Secrets::derived_from(&start_token).auth_token.expose().to_owned();
        let base = format!("{SERVER}/sandbox/twilio");
        let simulated = [SANDBOX_ACCOUNT.to_owned(), secret, base];
        assert_eq!(account(folder.path(), &[], false), Ok(simulated.clone()));
        // A token alone makes no account: only a server with `--sandbox` simulates then.
        let token = [("TWILIO_AUTH_TOKEN", "token")];
        assert_eq!(account(folder.path(), &token, true), Ok(simulated));
        assert!(account(folder.path(), &token, false).unwrap_err().contains("--sandbox"));
        let sid = account(folder.path(), &real[..1], false).unwrap_err();
        assert!(sid.contains("TWILIO_AUTH_TOKEN is not"), "{sid}");
    }
}
