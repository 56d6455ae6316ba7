/* Who asks for memory: malloc and its kin are this program's own here, counted, and made to fail where the test says
 * so. Under AddressSanitizer, which has a malloc of its own, the failing cases are skipped. */
#include "check.h"
#include <warifu/crypto.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#endif
#if !defined(__GLIBC__) || defined(SANITIZED)
#define FOREIGN_MALLOC
#endif

static long asked, fail_at;

#ifdef FOREIGN_MALLOC
static bool counting(void) {
    puts("malloc is not ours to replace in this build");
    exit(77);
}
#else
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *at, size_t size);

static bool fails(void) {
    return ++asked == fail_at;
}

void *malloc(size_t size) {
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t nmemb, size_t size) {
    return fails() ? NULL : __libc_calloc(nmemb, size);
}

void *realloc(void *ptr, size_t size) {
    return fails() ? NULL : __libc_realloc(ptr, size);
}

/* Whether what is counted is what libtomcrypt asks for. */
static bool counting(void) {
    uint8_t point[WF_P256_PUBLIC_LEN] = {0};
    asked = 0;
    return wf_p256_check(point) == WF_ERROR_POINT && asked > 10;
}
#endif

static const uint8_t key[WF_AES_KEY_LEN] = {1};
static const uint8_t nonce[WF_CCM_NONCE_LEN] = {2};
static const wf_bytes none = {NULL, 0};

static wf_error steady(void *context, uint8_t *out, size_t len) {
    (void)context;
    memset(out, 7, len);
    return WF_OK;
}

static void only_public_key_work_asks_for_memory(void) {
    uint8_t text[300] = {0}, out[300 + WF_CCM_TAG_LEN];
    const wf_bytes part = wf_bytes_of(text, sizeof text);
    wf_drbg drbg;
    CHECK(counting());
    asked = 0;
    CHECK_OK(wf_ccm_seal(out, key, nonce, WF_CCM_TAG_LEN, part, part));
    CHECK_OK(wf_ccm_open(out, key, nonce, WF_CCM_TAG_LEN, part, wf_bytes_of(out, sizeof out)));
    CHECK_OK(wf_sha256(out, &part, 1));
    CHECK_OK(wf_hmac_sha256(out, part, &part, 1));
    CHECK_OK(wf_hkdf_extract(out, part, part));
    CHECK_OK(wf_hkdf_expand(out + 32, 100, out, part));
    CHECK_OK(wf_drbg_start(&drbg, (wf_entropy){steady, NULL}, part, part));
    CHECK_OK(wf_drbg_bytes(&drbg, out, sizeof out));
    CHECK(asked == 0);
}

/* libtomcrypt's ccm_memory takes a forgery for genuine when its first malloc fails. */
static void without_memory_a_forgery_is_still_refused(void) {
    uint8_t sealed[1 + WF_CCM_TAG_LEN], out[1];
    CHECK(counting());
    CHECK_OK(wf_ccm_seal(sealed, key, nonce, WF_CCM_TAG_LEN, none, wf_bytes_of(key, 1)));
    sealed[3] ^= 1;
    asked = 0;
    fail_at = 1;
    wf_error error = wf_ccm_open(out, key, nonce, WF_CCM_TAG_LEN, none, wf_bytes_of(sealed, sizeof sealed));
    fail_at = 0;
    CHECK(error == WF_ERROR_TAG && out[0] == 0);
}

/* GMP ends the program where memory ends, so this is said of libtommath only. */
static void where_memory_ends_in_the_mathematics_a_call_says_backend(void) {
#ifdef GMP_DESC
    puts("GMP ends the program when memory ends");
    exit(77);
#else
    const uint8_t private_key[WF_P256_PRIVATE_LEN] = {9, 8, 7};
    uint8_t shared[WF_P256_SHARED_LEN];
    wf_p256_key own;
    CHECK(counting());
    CHECK_OK(wf_p256_from_private(&own, private_key));
    asked = 0;
    CHECK_OK(wf_p256_ecdh(shared, &own, own.public_key));
    const long total = asked;
    for (long at = 1; at <= total; at += at < 80 ? 1 : total / 50) {
        asked = 0;
        fail_at = at;
        wf_error error = wf_p256_ecdh(shared, &own, own.public_key);
        fail_at = 0;
        CHECK(error == WF_ERROR_BACKEND);
    }
#endif
}

static const check_case cases[] = {
    {"only_public_key_work_asks_for_memory", only_public_key_work_asks_for_memory},
    {"without_memory_a_forgery_is_still_refused", without_memory_a_forgery_is_still_refused},
    {"where_memory_ends_in_the_mathematics_a_call_says_backend",
     where_memory_ends_in_the_mathematics_a_call_says_backend},
};

int main(int argc, char **argv) {
    CHECK_OK(wf_crypto_start());
    return check_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
