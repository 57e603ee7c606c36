/* NAME
 *	pkcs12 - certificate files
 * SUMMARY
 *	see pkcs12.h
 * DESCRIPTION
 *	Looking happens in tasukictl, once a certificate; the worker gets only
 *	files that the default provider of OpenSSL can open.
 * DIAGNOSTICS
 *	never: certificate-password, certificate-form, certificate-key.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include "pkcs12.h"
#include "utf8.h"

void
pkcs12_close(struct pkcs12_identity *o)
{
	EVP_PKEY_free(o->key);
	X509_free(o->cert);
	sk_X509_pop_free(o->chain, X509_free);
	memset(o, 0, sizeof(*o));
}

static int
fail(struct why *why, int rc, const char *code, const char *sentence)
{
	ERR_clear_error();
	why_set(why, WHY_NEVER, code, "%s", sentence);
	return rc;
}

/* ---- legacy forms ---- */

static bool
parse(PKCS12 *p12, const char *password, struct pkcs12_identity *out)
{
	memset(out, 0, sizeof(*out));
	if (PKCS12_parse(p12, password, &out->key, &out->cert, &out->chain) ==
	    1)
		return true;
	memset(out, 0, sizeof(*out)); /* freed by PKCS12_parse */
	return false;
}

/* RC2 and friends live in a provider that is loaded for this file only. */
static bool
parse_legacy(PKCS12 *p12, const char *password, struct pkcs12_identity *out)
{
	OSSL_PROVIDER *legacy = OSSL_PROVIDER_try_load(NULL, "legacy", 1);

	if (legacy == NULL)
		return false;
	bool ok = parse(p12, password, out);
	OSSL_PROVIDER_unload(legacy);
	return ok;
}

static int
write_modern(
    const struct pkcs12_identity *o, const char *password, struct buf *out)
{
	PKCS12 *p12 = PKCS12_create(password, NULL, o->key, o->cert, o->chain,
	    NID_aes_256_cbc, NID_aes_256_cbc, 0, 0, 0);
	unsigned char *der = NULL;
	int n = p12 == NULL ? -1 : i2d_PKCS12(p12, &der);

	PKCS12_free(p12);
	if (n <= 0)
		return TSK_INVALID;
	buf_add(out, der, (size_t)n);
	OPENSSL_clear_free(der, (size_t)n);
	return buf_ok(out) ? 0 : TSK_TOOBIG;
}

/* ---- facts ---- */

static int64_t
time_ms(const ASN1_TIME *at)
{
	struct tm tm = {0};

	if (ASN1_TIME_to_tm(at, &tm) != 1)
		return 0;
	return (int64_t)timegm(&tm) * 1000;
}

static void
name_text(X509_NAME *name, char *out, size_t bytes)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n = 0;

	out[0] = '\0';
	if (bio != NULL && X509_NAME_print_ex(bio, name, 0,
			       XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0)
		n = BIO_get_mem_data(bio, &text);
	if (n > 0 && utf8_valid(text, (size_t)n)) {
		size_t cut =
		    (size_t)n < bytes ? (size_t)n : utf8_cut(text, bytes - 1);
		memcpy(out, text, cut);
		out[cut] = '\0';
	}
	BIO_free(bio);
}

static void
serial_text(const X509 *cert, char *out, size_t bytes)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
	char *hex = number == NULL ? NULL : BN_bn2hex(number);

	snprintf(out, bytes, "%.*s", (int)bytes - 1, hex == NULL ? "" : hex);
	OPENSSL_free(hex);
	BN_free(number);
}

static void
take_facts(const X509 *cert, struct container_facts *facts)
{
	name_text(X509_get_subject_name(cert), facts->subject,
	    sizeof(facts->subject));
	name_text(
	    X509_get_issuer_name(cert), facts->issuer, sizeof(facts->issuer));
	serial_text(cert, facts->serial, sizeof(facts->serial));
	facts->not_before_ms = time_ms(X509_get0_notBefore(cert));
	facts->not_after_ms = time_ms(X509_get0_notAfter(cert));
}

/* ---- looking ---- */

/* An empty password may be none at all: PKCS#12 knows both. */
static bool
password_fits(PKCS12 *p12, const char *password)
{
	return PKCS12_verify_mac(p12, password, -1) == 1 ||
	       (password[0] == '\0' && PKCS12_verify_mac(p12, NULL, 0) == 1);
}

static int
look(PKCS12 *p12, const char *password, struct container_facts *facts,
    struct buf *modern, struct why *why)
{
	struct pkcs12_identity opened;
	int rc = 0;

	if (!password_fits(p12, password))
		return fail(why, TSK_DENIED, "certificate-password",
		    "The password does not open this certificate file.");
	if (!parse(p12, password, &opened)) {
		if (!parse_legacy(p12, password, &opened))
			return fail(why, TSK_INVALID, "certificate-form",
			    "The certificate file cannot be read.");
		rc = write_modern(&opened, password, modern);
	}
	if (rc == 0 &&
	    (opened.key == NULL || opened.cert == NULL ||
		X509_check_private_key(opened.cert, opened.key) != 1))
		rc = fail(why, TSK_INVALID, "certificate-key",
		    "The file must hold a certificate and its private key.");
	else if (rc < 0)
		rc = fail(why, rc, "certificate-form",
		    "The certificate file cannot be written in a newer form.");
	if (rc == 0)
		take_facts(opened.cert, facts);
	pkcs12_close(&opened);
	return rc;
}

int
pkcs12_look(const void *p, size_t n, const char *password,
    struct container_facts *facts, struct buf *modern, struct why *why)
{
	const unsigned char *at = p;
	PKCS12 *p12 =
	    n > CONTAINER_P12_MAX ? NULL : d2i_PKCS12(NULL, &at, (long)n);
	int rc;

	if (p12 == NULL)
		return fail(why, TSK_INVALID, "certificate-form",
		    "This is no certificate file in PKCS#12 form (.p12, .pfx).");
	rc = look(p12, password, facts, modern, why);
	PKCS12_free(p12);
	return rc;
}

/* ---- opening ---- */

int
pkcs12_open(
    const void *p, size_t n, const char *password, struct pkcs12_identity *out)
{
	const unsigned char *at = p;
	PKCS12 *p12 =
	    n > CONTAINER_P12_MAX ? NULL : d2i_PKCS12(NULL, &at, (long)n);
	bool ok = p12 != NULL && parse(p12, password, out) &&
		  out->key != NULL && out->cert != NULL;

	PKCS12_free(p12);
	if (ok)
		return 0;
	ERR_clear_error();
	if (p12 != NULL)
		pkcs12_close(out);
	memset(out, 0, sizeof(*out));
	return TSK_INVALID;
}
