//! `native:hash`: hash functions and password hashes for `Bun.hash` and `Bun.password`.

/// The module.
#[rquickjs::module]
pub mod native_module {
    use rquickjs::{Ctx, Exception, Result, TypedArray};

    fn bytes<'a>(ctx: &Ctx<'_>, data: &'a TypedArray<'_, u8>) -> Result<&'a [u8]> {
        // SAFETY: nothing of JavaScript runs while a hash is computed.
        unsafe { data.as_bytes() }
            .ok_or_else(|| Exception::throw_type(ctx, "the buffer is detached"))
    }

    // Seeds and results of 64 bits are decimal texts: numbers of JavaScript would round them.
    fn seed(ctx: &Ctx<'_>, text: &str) -> Result<u64> {
        text.parse()
            .map_err(|_| Exception::throw_range(ctx, "the seed must have 64 bits"))
    }

    #[rquickjs::function]
    pub fn wyhash(ctx: Ctx<'_>, data: TypedArray<'_, u8>, with: String) -> Result<String> {
        use wyhash_final4::{WyHash64, generics::WyHasher};
        let hasher = WyHasher::<WyHash64>::from_seed(seed(&ctx, &with)?);
        Ok(hasher.hash(bytes(&ctx, &data)?).to_string())
    }

    #[rquickjs::function]
    #[qjs(rename = "xxHash64")]
    pub fn xx_hash64(ctx: Ctx<'_>, data: TypedArray<'_, u8>, with: String) -> Result<String> {
        Ok(twox_hash::XxHash64::oneshot(seed(&ctx, &with)?, bytes(&ctx, &data)?).to_string())
    }

    #[rquickjs::function]
    #[qjs(rename = "xxHash3")]
    pub fn xx_hash3(ctx: Ctx<'_>, data: TypedArray<'_, u8>, with: String) -> Result<String> {
        let hash =
            twox_hash::XxHash3_64::oneshot_with_seed(seed(&ctx, &with)?, bytes(&ctx, &data)?);
        Ok(hash.to_string())
    }

    #[rquickjs::function]
    #[qjs(rename = "xxHash32")]
    pub fn xx_hash32(ctx: Ctx<'_>, data: TypedArray<'_, u8>, with: u32) -> Result<u32> {
        Ok(twox_hash::XxHash32::oneshot(with, bytes(&ctx, &data)?))
    }

    #[rquickjs::function]
    pub fn rapidhash(ctx: Ctx<'_>, data: TypedArray<'_, u8>, with: String) -> Result<String> {
        use rapidhash::v1::{RapidSecrets, rapidhash_v1_seeded};
        let secrets = RapidSecrets::seed_cpp(seed(&ctx, &with)?);
        Ok(rapidhash_v1_seeded(bytes(&ctx, &data)?, &secrets).to_string())
    }

    #[rquickjs::function]
    pub fn murmur64v2(ctx: Ctx<'_>, data: TypedArray<'_, u8>, with: String) -> Result<String> {
        Ok(murmur2::murmur64a(bytes(&ctx, &data)?, seed(&ctx, &with)?).to_string())
    }

    #[rquickjs::function]
    pub fn murmur32v2(ctx: Ctx<'_>, data: TypedArray<'_, u8>, with: u32) -> Result<u32> {
        Ok(murmur2::murmur2(bytes(&ctx, &data)?, with))
    }

    #[rquickjs::function]
    pub fn murmur32v3(ctx: Ctx<'_>, data: TypedArray<'_, u8>, with: u32) -> Result<u32> {
        murmur3::murmur3_32(&mut bytes(&ctx, &data)?, with)
            .map_err(|error| Exception::throw_message(&ctx, &error.to_string()))
    }

    #[rquickjs::function]
    pub fn crc32(ctx: Ctx<'_>, data: TypedArray<'_, u8>, with: u32) -> Result<u32> {
        let mut hasher = crc32fast::Hasher::new_with_initial(with);
        hasher.update(bytes(&ctx, &data)?);
        Ok(hasher.finalize())
    }

    // Bun takes no seed here.
    #[rquickjs::function]
    pub fn adler32(ctx: Ctx<'_>, data: TypedArray<'_, u8>) -> Result<u32> {
        Ok(adler2::adler32_slice(bytes(&ctx, &data)?))
    }

    #[rquickjs::function]
    #[qjs(rename = "bcryptHash")]
    pub fn bcrypt_hash(ctx: Ctx<'_>, password: TypedArray<'_, u8>, cost: u32) -> Result<String> {
        bcrypt::hash(shortened(bytes(&ctx, &password)?), cost)
            .map_err(|error| Exception::throw_message(&ctx, &error.to_string()))
    }

    #[rquickjs::function]
    #[qjs(rename = "bcryptVerify")]
    pub fn bcrypt_verify(
        ctx: Ctx<'_>,
        password: TypedArray<'_, u8>,
        stored: String,
    ) -> Result<bool> {
        bcrypt::verify(shortened(bytes(&ctx, &password)?), &stored)
            .map_err(|error| Exception::throw_message(&ctx, &error.to_string()))
    }

    // bcrypt knows 72 bytes. Bun hashes longer passwords first, with SHA-512, so that all of them counts.
    fn shortened(password: &[u8]) -> std::borrow::Cow<'_, [u8]> {
        use sha2::Digest;
        if password.len() > 72 {
            sha2::Sha512::digest(password).to_vec().into()
        } else {
            password.into()
        }
    }

    #[rquickjs::function]
    #[qjs(rename = "argon2Hash")]
    pub fn argon2_hash(
        ctx: Ctx<'_>,
        password: TypedArray<'_, u8>,
        algorithm: String,
        memory: u32,
        time: u32,
    ) -> Result<String> {
        use argon2::password_hash::{PasswordHasher, SaltString};
        let fail =
            |error: &dyn std::fmt::Display| Exception::throw_message(&ctx, &error.to_string());
        let algorithm = argon2::Algorithm::new(&algorithm).map_err(|error| fail(&error))?;
        let params =
            argon2::Params::new(memory, time, 1, Some(32)).map_err(|error| fail(&error))?;
        let mut random = [0_u8; 32];
        getrandom::fill(&mut random).map_err(|error| fail(&error))?;
        let salt = SaltString::encode_b64(&random).map_err(|error| fail(&error))?;
        let hasher = argon2::Argon2::new(algorithm, argon2::Version::V0x13, params);
        let hash = hasher
            .hash_password(bytes(&ctx, &password)?, &salt)
            .map_err(|error| fail(&error))?;
        Ok(hash.to_string())
    }

    #[rquickjs::function]
    #[qjs(rename = "argon2Verify")]
    pub fn argon2_verify(
        ctx: Ctx<'_>,
        password: TypedArray<'_, u8>,
        stored: String,
    ) -> Result<bool> {
        use argon2::password_hash::{Error, PasswordHash, PasswordVerifier};
        let fail = |error: Error| Exception::throw_message(&ctx, &error.to_string());
        let parsed = PasswordHash::new(&stored).map_err(fail)?;
        match argon2::Argon2::default().verify_password(bytes(&ctx, &password)?, &parsed) {
            Ok(()) => Ok(true),
            Err(Error::Password) => Ok(false),
            Err(error) => Err(fail(error)),
        }
    }

    /// Digests that the layer's `crypto` does not have; null for any other name.
    #[rquickjs::function]
    pub fn digest<'js>(
        ctx: Ctx<'js>,
        name: String,
        data: TypedArray<'js, u8>,
    ) -> Result<Option<TypedArray<'js, u8>>> {
        use sha2::{Digest, Sha512_224, Sha512_256};
        let bytes = bytes(&ctx, &data)?;
        let digest = match name.as_str() {
            "sha512-224" => Sha512_224::digest(bytes).to_vec(),
            "sha512-256" => Sha512_256::digest(bytes).to_vec(),
            _ => return Ok(None),
        };
        TypedArray::new(ctx, digest).map(Some)
    }
}
