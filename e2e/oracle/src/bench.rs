//! Times of OpenMLS alone: one pass of add, join, update and remove in a group of `n`, in nanoseconds. The group of `n` is
//! made for each pass, so that passes can be interleaved with another implementation's.

use crate::Answer;
use openmls::prelude::*;
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::OpenMlsRustCrypto;
use std::time::Instant;

struct Client {
    provider: OpenMlsRustCrypto,
    signer: SignatureKeyPair,
    credential: CredentialWithKey,
}

fn told<T, E: std::fmt::Debug>(result: Result<T, E>) -> Result<T, String> {
    result.map_err(|e| format!("{e:?}"))
}

fn client(suite: Ciphersuite, n: usize) -> Result<Client, String> {
    let signer = told(SignatureKeyPair::new(suite.signature_algorithm()))?;
    let mut identity = vec![0u8; 81];
    identity[0] = 1;
    identity[33] = (n >> 8) as u8;
    identity[34] = n as u8;
    let credential = CredentialWithKey {
        credential: BasicCredential::new(identity).into(),
        signature_key: signer.public().into(),
    };
    Ok(Client { provider: OpenMlsRustCrypto::default(), signer, credential })
}

fn package(suite: Ciphersuite, client: &Client) -> Result<KeyPackage, String> {
    let bundle = told(KeyPackage::builder().build(
        suite,
        &client.provider,
        &client.signer,
        client.credential.clone(),
    ))?;
    Ok(bundle.key_package().clone())
}

/// `suite` is `xwing` or `x25519`; answers `add join update remove`: the committer adds member n, that member joins, the
/// committer re-keys, the committer removes it again.
pub fn run(suite: &str, n: usize) -> Answer {
    let suite = match suite {
        "xwing" => Ciphersuite::MLS_128_MLKEM768X25519_AES256GCM_SHA384_Ed25519,
        "x25519" => Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519,
        _ => return Err("no such suite".into()),
    };
    let first = client(suite, 0)?;
    let config = MlsGroupCreateConfig::builder()
        .ciphersuite(suite)
        .wire_format_policy(PURE_CIPHERTEXT_WIRE_FORMAT_POLICY)
        .use_ratchet_tree_extension(true)
        .build();
    let mut group = told(MlsGroup::new(&first.provider, &first.signer, &config, first.credential.clone()))?;
    if n > 2 {
        let packages = (1..n - 1)
            .map(|i| package(suite, &client(suite, i)?))
            .collect::<Result<Vec<_>, String>>()?;
        told(group.add_members(&first.provider, &first.signer, &packages))?;
        told(group.merge_pending_commit(&first.provider))?;
    }
    let last = client(suite, n)?;
    let joiner = package(suite, &last)?;

    let start = Instant::now();
    let (_, welcome, _) = told(group.add_members_without_update(&first.provider, &first.signer, &[joiner]))?;
    told(group.merge_pending_commit(&first.provider))?;
    let add = start.elapsed();

    let MlsMessageBodyOut::Welcome(welcome) = welcome.body() else { return Err("no welcome".into()) };
    let start = Instant::now();
    let staged = told(StagedWelcome::new_from_welcome(
        &last.provider,
        config.join_config(),
        welcome.clone(),
        None,
    ))?;
    let theirs = told(staged.into_group(&last.provider))?;
    let join = start.elapsed();

    let start = Instant::now();
    told(group.self_update(&first.provider, &first.signer, LeafNodeParameters::default()))?;
    told(group.merge_pending_commit(&first.provider))?;
    let update = start.elapsed();

    let start = Instant::now();
    told(group.remove_members(&first.provider, &first.signer, &[theirs.own_leaf_index()]))?;
    told(group.merge_pending_commit(&first.provider))?;
    let remove = start.elapsed();

    Ok(format!("{} {} {} {}", add.as_nanos(), join.as_nanos(), update.as_nanos(), remove.as_nanos()))
}
