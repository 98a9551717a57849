//! One OpenMLS client: its keys, its store, its group.

use crate::{Answer, hex};
use openmls::prelude::*;
use openmls::schedule::psk::PreSharedKeyId;
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::OpenMlsProvider;
use openmls_traits::random::OpenMlsRand;
use openmls::messages::proposals::PreSharedKeyProposal;
use openmls::prelude::tls_codec::{Deserialize, Serialize};

/// The suite that both implementations have.
pub const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

pub struct Member {
    provider: OpenMlsRustCrypto,
    signer: SignatureKeyPair,
    credential: CredentialWithKey,
    group: Option<MlsGroup>,
}

fn told<T, E: std::fmt::Debug>(what: &str, result: Result<T, E>) -> Result<T, String> {
    result.map_err(|e| format!("{what}: {e:?}"))
}

/// Takes external commits, which are always public, beside the members' private messages.
pub fn mixed_config() -> MlsGroupJoinConfig {
    MlsGroupJoinConfig::builder()
        .wire_format_policy(MIXED_CIPHERTEXT_WIRE_FORMAT_POLICY)
        .use_ratchet_tree_extension(true)
        .build()
}

impl Member {
    pub fn new(identity: Vec<u8>) -> Result<Self, String> {
        let signer = told("keys", SignatureKeyPair::new(SUITE.signature_algorithm()))?;
        let credential = CredentialWithKey {
            credential: BasicCredential::new(identity).into(),
            signature_key: signer.public().into(),
        };
        Ok(Self { provider: OpenMlsRustCrypto::default(), signer, credential, group: None })
    }

    pub fn signature_key(&self) -> Vec<u8> {
        self.signer.public().to_vec()
    }

    fn group(&mut self) -> Result<&mut MlsGroup, String> {
        self.group.as_mut().ok_or("no group".to_string())
    }

    pub fn key_package(&mut self) -> Answer {
        let bundle = told(
            "key package",
            KeyPackage::builder().build(SUITE, &self.provider, &self.signer, self.credential.clone()),
        )?;
        let message = MlsMessageOut::from(bundle.key_package().clone());
        Ok(hex(&told("encode", message.tls_serialize_detached())?))
    }

    pub fn keep_psk(&mut self, id: Vec<u8>, secret: &[u8]) -> Answer {
        let id = PreSharedKeyId::external(id, vec![]);
        told("psk", id.store(&self.provider, secret))?;
        Ok(String::new())
    }

    pub fn create(&mut self, group_id: &[u8]) -> Answer {
        let config = MlsGroupCreateConfig::builder()
            .ciphersuite(SUITE)
            .wire_format_policy(MIXED_CIPHERTEXT_WIRE_FORMAT_POLICY)
            .use_ratchet_tree_extension(true)
            .build();
        let group = told(
            "create",
            MlsGroup::new_with_group_id(
                &self.provider,
                &self.signer,
                &config,
                GroupId::from_slice(group_id),
                self.credential.clone(),
            ),
        )?;
        self.group = Some(group);
        Ok(String::new())
    }

    fn psk_id(&self, id: Vec<u8>) -> Result<PreSharedKeyId, String> {
        let nonce = told("nonce", self.provider.rand().random_vec(SUITE.hash_length()))?;
        Ok(PreSharedKeyId::external(id, nonce))
    }

    /// Answers the commit and the Welcome, `-` where there is none; the commit stays pending.
    pub fn commit(&mut self, adds: Vec<Vec<u8>>, removes: Vec<u32>, psks: Vec<Vec<u8>>) -> Answer {
        let mut packages = Vec::new();
        for bytes in adds {
            let message = told("decode", MlsMessageIn::tls_deserialize_exact(&bytes))?;
            let MlsMessageBodyIn::KeyPackage(package) = message.extract() else {
                return Err("not a key package".into());
            };
            packages.push(told(
                "validate",
                package.validate(self.provider.crypto(), ProtocolVersion::Mls10),
            )?);
        }
        let proposals = psks
            .into_iter()
            .map(|id| Ok(Proposal::PreSharedKey(Box::new(PreSharedKeyProposal::new(self.psk_id(id)?)))))
            .collect::<Result<Vec<_>, String>>()?;
        let updates = packages.is_empty() && removes.is_empty() && proposals.is_empty();
        let Self { provider, signer, group, .. } = self;
        let group = group.as_mut().ok_or("no group")?;
        let builder = group
            .commit_builder()
            .force_self_update(updates)
            .propose_adds(packages)
            .propose_removals(removes.into_iter().map(LeafNodeIndex::new))
            .add_proposals(proposals);
        let loaded = told("psks", builder.load_psks(provider.storage()))?;
        let built = told("build", loaded.build(provider.rand(), provider.crypto(), signer, |_| true))?;
        let bundle = told("stage", built.stage_commit(provider))?;
        let (commit, welcome, _) = bundle.into_messages();
        let welcome = match welcome {
            Some(message) => hex(&told("encode", message.tls_serialize_detached())?),
            None => "-".into(),
        };
        Ok(format!("{} {welcome}", hex(&told("encode", commit.tls_serialize_detached())?)))
    }

    pub fn merge(&mut self) -> Answer {
        let Self { provider, group, .. } = self;
        told("merge", group.as_mut().ok_or("no group")?.merge_pending_commit(provider))?;
        Ok(String::new())
    }

    pub fn drop_pending(&mut self) -> Answer {
        let Self { provider, group, .. } = self;
        let group = group.as_mut().ok_or("no group")?;
        told("drop", group.clear_pending_commit(provider.storage()))?;
        Ok(String::new())
    }

    /// Processes and merges; answers `in` or `out`, whether we are still a member.
    pub fn process(&mut self, bytes: &[u8]) -> Answer {
        let Self { provider, group, .. } = self;
        let group = group.as_mut().ok_or("no group")?;
        let message = told("decode", MlsMessageIn::tls_deserialize_exact(bytes))?;
        let protocol = told("protocol", message.try_into_protocol_message())?;
        let processed = told("process", group.process_message(provider, protocol))?;
        let ProcessedMessageContent::StagedCommitMessage(staged) = processed.into_content() else {
            return Err("not a commit".into());
        };
        told("merge", group.merge_staged_commit(provider, *staged))?;
        Ok(if group.is_active() { "in" } else { "out" }.into())
    }

    pub fn join(&mut self, bytes: &[u8]) -> Answer {
        let message = told("decode", MlsMessageIn::tls_deserialize_exact(bytes))?;
        let MlsMessageBodyIn::Welcome(welcome) = message.extract() else {
            return Err("not a welcome".into());
        };
        let staged = told(
            "welcome",
            StagedWelcome::new_from_welcome(&self.provider, &mixed_config(), welcome, None),
        )?;
        self.group = Some(told("join", staged.into_group(&self.provider))?);
        Ok(String::new())
    }

    pub fn info(&mut self) -> Answer {
        let Self { provider, signer, group, .. } = self;
        let group = group.as_ref().ok_or("no group")?;
        let info = told("info", group.export_group_info(provider.crypto(), signer, true))?;
        Ok(hex(&told("encode", info.tls_serialize_detached())?))
    }

    /// Joins from outside and merges; answers the commit.
    pub fn external(&mut self, info: &[u8], psks: Vec<Vec<u8>>) -> Answer {
        let message = told("decode", MlsMessageIn::tls_deserialize_exact(info))?;
        let MlsMessageBodyIn::GroupInfo(info) = message.extract() else {
            return Err("not a group info".into());
        };
        let proposals = psks
            .into_iter()
            .map(|id| Ok(PreSharedKeyProposal::new(self.psk_id(id)?)))
            .collect::<Result<Vec<_>, String>>()?;
        let builder = told(
            "external",
            MlsGroup::external_commit_builder().with_config(mixed_config()).build_group(
                &self.provider,
                info,
                self.credential.clone(),
            ),
        )?;
        let loaded = told("psks", builder.add_psk_proposals(proposals).load_psks(self.provider.storage()))?;
        let built = told(
            "build",
            loaded.build(self.provider.rand(), self.provider.crypto(), &self.signer, |_| true),
        )?;
        let (group, bundle) = told("finalize", built.finalize(&self.provider))?;
        self.group = Some(group);
        Ok(hex(&told("encode", bundle.into_commit().tls_serialize_detached())?))
    }

    /// Epoch, a secret of the exporter, the epoch authenticator, and the members as `leaf:identity` in order.
    pub fn state(&mut self) -> Answer {
        let crypto_group = self.group()?;
        let members: Vec<String> = crypto_group
            .members()
            .map(|m| format!("{}:{}", m.index.u32(), hex(m.credential.serialized_content())))
            .collect();
        let epoch = crypto_group.epoch().as_u64();
        let authenticator = hex(crypto_group.epoch_authenticator().as_slice());
        let Self { provider, group, .. } = self;
        let group = group.as_ref().ok_or("no group")?;
        let secret = told("export", group.export_secret(provider.crypto(), "SFrame 1.0 Base Key", b"", 32))?;
        Ok(format!("{epoch} {} {authenticator} {}", hex(&secret), members.join(",")))
    }
}
