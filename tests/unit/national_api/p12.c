/* NAME
 *	p12 - certificate files made in a test
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include "p12.h"

static X509 *
certify(EVP_PKEY *key, const char *cn, int days)
{
	X509 *cert = X509_new();
	X509_NAME *name = X509_get_subject_name(cert);

	ASN1_INTEGER_set(X509_get_serialNumber(cert), 0x4711);
	X509_gmtime_adj(X509_getm_notBefore(cert), -100L * 86400);
	X509_gmtime_adj(X509_getm_notAfter(cert), days * 86400L);
	X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(cert, name);
	X509_set_pubkey(cert, key);
	assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
	return cert;
}

void
p12_make(const char *cn, int days, const char *password, bool legacy,
    struct buf *out)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = certify(key, cn, days);
	OSSL_PROVIDER *old =
	    legacy ? OSSL_PROVIDER_try_load(NULL, "legacy", 1) : NULL;
	int cipher = legacy ? NID_pbe_WithSHA1And40BitRC2_CBC : 0;
	PKCS12 *p12 =
	    PKCS12_create(password, NULL, key, cert, NULL, 0, cipher, 0, 0, 0);
	unsigned char *der = NULL;

	assert_non_null(p12);
	int n = i2d_PKCS12(p12, &der);
	assert_true(n > 0);
	buf_add(out, der, (size_t)n);
	OPENSSL_free(der);
	PKCS12_free(p12);
	X509_free(cert);
	EVP_PKEY_free(key);
	if (old != NULL)
		OSSL_PROVIDER_unload(old);
}
