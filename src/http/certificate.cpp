#include "http/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <vector>

namespace tributary::http {
namespace {

struct FreeCertificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, FreeCertificate>;

std::vector<Certificate> read_all(const std::string& pem_file) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(pem_file.c_str(), "r"),
                                                         &BIO_free);
    std::vector<Certificate> all;
    while (file) {
        Certificate one(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
        if (!one) break;
        all.push_back(std::move(one));
    }
    ERR_clear_error();  // the end of the file is one
    return all;
}

Timestamp to_timestamp(const ASN1_TIME* time) {
    std::tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    return from_unix_ms(static_cast<std::int64_t>(timegm(&parts)) * 1000);
}

}  // namespace

std::optional<Timestamp> certificate_end(const std::string& pem_file) {
    const std::vector<Certificate> all = read_all(pem_file);
    if (all.empty()) return std::nullopt;
    return to_timestamp(X509_get0_notAfter(all.front().get()));
}

Result<> check_chain(const std::string& pem_file) {
    const std::vector<Certificate> all = read_all(pem_file);
    for (std::size_t i = 1; i < all.size(); ++i)
        if (X509_check_issued(all[i].get(), all[i - 1].get()) != X509_V_OK)
            return Error(Outcome::invalid, "The TLS certificate " + pem_file +
                                               " is in disorder: certificate " +
                                               std::to_string(i + 1) +
                                               " of the file did not issue the one before it.");
    return {};
}

}  // namespace tributary::http
