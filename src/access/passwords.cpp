#include "access/passwords.hpp"

#include "base/password.hpp"

namespace tributary {
namespace {

constexpr int kMostWaiting = 64;

// Counts who waits, and refuses the one too many.
class Place {
 public:
    explicit Place(int& waiting) : waiting_(waiting) {
        if (waiting_ >= kMostWaiting)
            throw Failure(Error(Outcome::unavailable, "Too many sign in at once.")
                              .with_retry_after(Seconds(5)));
        ++waiting_;
    }
    ~Place() { --waiting_; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

 private:
    int& waiting_;
};

}  // namespace

awaitable<bool> Passwords::verify(std::string password, std::string hash) {
    const Place place(waiting_);
    auto work = [&password, &hash] { return verify_password(password, hash); };
    co_return co_await threads_.offload(work);
}

awaitable<std::string> Passwords::make_hash(std::string password) {
    const Place place(waiting_);
    auto work = [&password] { return hash_password(password); };
    co_return co_await threads_.offload(work);
}

}  // namespace tributary
