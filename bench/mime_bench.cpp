// Reads framed mails ("<decimal length>\n<bytes>") from a file and takes them apart in this one
// thread, one way after the other:
//     bench_mime FILE    prints "way messages bytes seconds" a line
#include <gmime/gmime.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "connectors/email/mime_read.hpp"
#include "connectors/email/normalize.hpp"
#include "connectors/email/prescan.hpp"

namespace {

using namespace tributary;

std::vector<std::string> read_framed(const char* file) {
    std::ifstream in(file, std::ios::binary);
    std::vector<std::string> mails;
    std::string header;
    while (std::getline(in, header)) {
        std::string mail(std::strtoull(header.c_str(), nullptr, 10), '\0');
        in.read(mail.data(), static_cast<std::streamsize>(mail.size()));
        mails.push_back(std::move(mail));
    }
    return mails;
}

std::size_t decoded_bytes(const email::Part& part) {
    if (!part.is_multipart()) return part.decoded_body().size();
    std::size_t total = 0;
    for (const email::Part& child : part.children)
        total += decoded_bytes(child);
    return total;
}

// Parts found, headers split, every leaf decoded.
std::size_t parse_bare(const std::string& mail) {
    if (!email::prescan_message(mail)) return 0;
    const auto root = email::read_mime(mail);
    return root ? decoded_bytes(*root) : 0;
}

std::size_t split_only(const std::string& mail) {
    const auto root = email::read_mime(mail);
    return root ? root->children.size() : 0;
}

std::size_t normalize_whole(const std::string& mail) {
    const auto message = email::normalize_mail(email::MailSettings(), mail);
    return message ? message->content.text.size() : 0;
}

void decode_with_gmime(GMimeObject*, GMimeObject* part, gpointer total) {
    if (!GMIME_IS_PART(part)) return;
    GMimeDataWrapper* content = g_mime_part_get_content(GMIME_PART(part));
    if (!content) return;
    GMimeStream* memory = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(content, memory);
    *static_cast<std::size_t*>(total) += static_cast<std::size_t>(g_mime_stream_length(memory));
    g_object_unref(memory);
}

std::size_t parse_with_gmime(const std::string& mail) {
    GMimeStream* stream = g_mime_stream_mem_new_with_buffer(mail.data(), mail.size());
    GMimeParser* parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage* message = g_mime_parser_construct_message(parser, nullptr);
    std::size_t total = 0;
    if (message) {
        g_mime_message_foreach(message, decode_with_gmime, &total);
        g_object_unref(message);
    }
    g_object_unref(parser);
    g_object_unref(stream);
    return total;
}

void measure(const char* way, const std::vector<std::string>& mails,
             const std::function<std::size_t(const std::string&)>& take_apart) {
    std::size_t bytes = 0;
    std::size_t found = 0;
    const auto began = std::chrono::steady_clock::now();
    for (const std::string& mail : mails) {
        bytes += mail.size();
        found += take_apart(mail);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::printf("%s %zu %zu %.6f\n", way, mails.size(), bytes, took.count());
    if (found == 0) std::fprintf(stderr, "%s found nothing\n", way);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    g_mime_init();
    const auto mails = read_framed(argv[1]);
    measure("gmime", mails, parse_with_gmime);
    measure("split", mails, split_only);
    measure("bare", mails, parse_bare);
    measure("whole", mails, normalize_whole);
    return 0;
}
