// lunate.download: a file from the network, whole and checked or not at all; SHA-256 of files.
// A module of its own because libcurl and libcrypto are heavy; nothing else here needs them.
// pkg-config: libcurl libcrypto zlib
// debian: libcurl4-openssl-dev libssl-dev zlib1g-dev
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>
#include <lauxlib.h>
#include <lua.h>
#include <openssl/evp.h>
#include <zlib.h>

#include "io/temporary.h"
#include "lua/metatable.h"

#define MAX_BYTES ((lua_Integer)1 << 32)   // of a download where nothing else is said
#define HEX 65  // the longest checksum in hexadecimal, with its NUL

// Everything that a Lua error must not leave behind.
typedef struct Job {
  CURL *curl;
  int fd;            // of the unfinished file, or -1
  char temporary[PATH_MAX];   // its path; unlinked unless renamed or empty
  EVP_MD_CTX *digest;
  gzFile gz;
  lua_State *L;
  lua_Integer room;  // bytes that may still come
  bool failed;       // the progress function raised; its error is on the stack
  bool too_long;
} Job;

static int job_gc(lua_State *L) {
  Job *job = lua_touserdata(L, 1);
  if (job->curl) curl_easy_cleanup(job->curl);
  if (job->fd >= 0) close(job->fd);
  if (*job->temporary) unlink(job->temporary);
  if (job->digest) EVP_MD_CTX_free(job->digest);
  if (job->gz) gzclose(job->gz);
  *job = (Job){.fd = -1};
  return 0;
}

static Job *push_job(lua_State *L) {
  Job *job = lua_newuserdatauv(L, sizeof *job, 0);
  *job = (Job){.fd = -1};
  ln_lua_set_class(L, "lunate.download", job_gc, NULL, false);
  lua_toclose(L, -1);
  return job;
}

// ---- checksums

typedef struct Sum {
  const char *option, *name;
  size_t digits;   // in hexadecimal
  const EVP_MD *(*algorithm)(void);
} Sum;

// MD5 finds damage, not deceit: for what is published with nothing better.
static const Sum sums[] = {{"sha256", "SHA-256", 64, EVP_sha256}, {"md5", "MD5", 32, EVP_md5}};

// Of a file's bytes, or of what they unpack to, at most `limit`; raises when it cannot be read.
static void hash_file(lua_State *L, Job *job, const Sum *kind, const char *path, bool gunzip,
                      lua_Integer limit, char hex[HEX]) {
  static const char digits[] = "0123456789abcdef";
  unsigned char block[1 << 15], sum[EVP_MAX_MD_SIZE];
  unsigned int n = 0;
  int got;
  job->digest = EVP_MD_CTX_new();
  if (!job->digest || !EVP_DigestInit_ex(job->digest, kind->algorithm(), NULL))
    luaL_error(L, "%s is not available", kind->name);
  if (gunzip) {
    job->gz = gzopen(path, "rb");
    if (!job->gz) luaL_error(L, "cannot open '%s': %s", path, strerror(errno));
    gzbuffer(job->gz, 1 << 17);
    while ((got = gzread(job->gz, block, sizeof block)) > 0) {
      if ((limit -= got) < 0) luaL_error(L, "'%s' unpacks to more than it may", path);
      EVP_DigestUpdate(job->digest, block, (size_t)got);
    }
    int status = Z_OK;
    const char *message = gzerror(job->gz, &status);
    if (got < 0 || status != Z_OK) luaL_error(L, "'%s' is damaged: %s", path, message);
    gzclose(job->gz);
    job->gz = NULL;
  } else {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) luaL_error(L, "cannot open '%s': %s", path, strerror(errno));
    while ((got = (int)read(fd, block, sizeof block)) > 0)
      EVP_DigestUpdate(job->digest, block, (size_t)got);
    int reason = errno;
    close(fd);
    if (got < 0) luaL_error(L, "cannot read '%s': %s", path, strerror(reason));
  }
  EVP_DigestFinal_ex(job->digest, sum, &n);
  EVP_MD_CTX_free(job->digest);
  job->digest = NULL;
  if (n > (HEX - 1) / 2) n = (HEX - 1) / 2;
  for (unsigned int i = 0; i < n; i++) {
    hex[2 * i] = digits[sum[i] >> 4];
    hex[2 * i + 1] = digits[sum[i] & 15];
  }
  hex[2 * n] = '\0';
}

// The options at index i: a table or nothing, with none but the names given (ended by NULL).
static void check_options(lua_State *L, int i, const char *what, const char *const *names) {
  if (lua_isnoneornil(L, i)) {
    lua_settop(L, i - 1);
    lua_newtable(L);
  }
  luaL_checktype(L, i, LUA_TTABLE);
  lua_settop(L, i);
  for (lua_pushnil(L); lua_next(L, i); lua_pop(L, 1)) {
    const char *const *name = names;
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
    while (*name && strcmp(*name, key) != 0) name++;
    if (!*name) luaL_error(L, "%s has no option '%s'", what, key);
  }
}

// sha256_file(path, {gunzip = false}) -> 64 hexadecimal digits. With gunzip the content is unpacked
// when it is gzip, and taken as it is when it is not.
//   print(require("lunate.download").sha256_file("train-images-idx3-ubyte.gz", {gunzip = true}))
static int sha256_file(lua_State *L) {
  static const char *const names[] = {"gunzip", NULL};
  char hex[HEX];
  const char *path = luaL_checkstring(L, 1);
  check_options(L, 2, "sha256_file", names);
  bool gunzip = lua_getfield(L, 2, "gunzip") != LUA_TNIL && lua_toboolean(L, -1);
  Job *job = push_job(L);
  hash_file(L, job, &sums[0], path, gunzip, LUA_MAXINTEGER, hex);
  lua_pushstring(L, hex);
  return 1;
}

// ---- downloading

// Makes the folders that a file's path goes through, as the core does.
static void make_folders(lua_State *L, const char *path) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lunate.core");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "make_folders");
  lua_pushstring(L, path);
  lua_call(L, 1, 0);
  lua_pop(L, 1);
}

static void open_temporary(lua_State *L, Job *job, const char *path) {
  const char *slash = strrchr(path, '/');
  char name[PATH_MAX];
  job->fd = ln_make_temporary(path, slash ? (size_t)(slash - path) + 1 : 0, name, 0666);
  if (job->fd < 0) luaL_error(L, "cannot write beside '%s': %s", path, strerror(errno));
  strcpy(job->temporary, name);
}

static size_t on_data(char *data, size_t size, size_t count, void *user) {
  Job *job = user;
  size_t n = size * count;
  job->room -= (lua_Integer)n;
  job->too_long = job->room < 0;
  return !job->too_long && ln_write_all(job->fd, data, n) ? n : 0;   // 0: CURLE_WRITE_ERROR
}

static int nothing(lua_State *L) { return (void)L, 0; }

// Calls the progress function at index 4; its error ends the transfer and is raised after it.
// Without one something is called all the same: the interpreter's answer to Ctrl-C is an error in
// the next call.
static int on_progress(void *user, curl_off_t total, curl_off_t done, curl_off_t up_total,
                       curl_off_t up) {
  Job *job = user;
  (void)up_total, (void)up;
  bool told = !lua_isnil(job->L, 4);
  if (told) lua_pushvalue(job->L, 4);
  else lua_pushcfunction(job->L, nothing);
  lua_pushinteger(job->L, (lua_Integer)done);
  lua_pushinteger(job->L, (lua_Integer)total);
  job->failed = lua_pcall(job->L, 2, 0, 0) != LUA_OK;
  return job->failed;
}

static void set_options(Job *job, const char *url, double timeout, char *message) {
  CURL *curl = job->curl;
  curl_easy_setopt(curl, CURLOPT_URL, url);
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https");
#else
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, (long)CURLPROTO_HTTPS);
#endif
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1000L);  // bytes a second ...
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 30L);     // ... for so many seconds: it hangs
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(timeout * 1000));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "lunate");
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, job);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, job);
}

// So that the new name, too, outlives a crash.
static void sync_folder(const char *path) {
  char folder[4096] = ".";
  const char *slash = strrchr(path, '/');
  if (slash && (size_t)(slash - path) < sizeof folder - 1) {
    size_t n = slash == path ? 1 : (size_t)(slash - path);
    memcpy(folder, path, n);
    folder[n] = '\0';
  }
  int fd = open(folder, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

// download(url, path, {sha256 =, md5 =, gunzip = false, timeout = 0, max_bytes = 2^32, progress =})
// -> path
// Fetches http or https (redirects to https only, certificates verified) into a file beside `path`
// and renames it there once it is whole; folders are made. sha256, md5: what the content must have,
// of the unpacked content with gunzip; timeout: seconds for all of it, 0 for no limit (a connection
// has 10 seconds, a transfer that stands still 30); max_bytes: what may come, and what it may
// unpack
// to; progress(done, total): bytes, called now and
// then, total is 0 while unknown. Raises when anything fails; then `path` is as it was.
//   local net = require "lunate.download"
//   net.download("https://example.org/data.csv", "/tmp/data.csv", {timeout = 60})
static int download(lua_State *L) {
  static const char *const names[] = {"sha256", "md5", "gunzip", "timeout", "max_bytes",
                                      "progress", NULL};
  enum { N_SUMS = sizeof sums / sizeof *sums };
  char message[CURL_ERROR_SIZE] = "", hex[HEX];
  const char *url = luaL_checkstring(L, 1), *path = luaL_checkstring(L, 2), *wanted[N_SUMS];
  check_options(L, 3, "download", names);
  if (lua_getfield(L, 3, "progress") != LUA_TNIL) luaL_checktype(L, 4, LUA_TFUNCTION);
  for (int i = 0; i < N_SUMS; i++) {
    size_t n = sums[i].digits;
    bool given = lua_getfield(L, 3, sums[i].option) != LUA_TNIL;
    wanted[i] = lua_tostring(L, -1);
    if (given && (!wanted[i] || strlen(wanted[i]) != n ||
                  strspn(wanted[i], "0123456789abcdef") != n))
      return luaL_error(L, "download: %s must be %d hexadecimal digits in lower case",
                        sums[i].option, (int)n);
  }
  lua_getfield(L, 3, "timeout");
  double timeout = luaL_optnumber(L, -1, 0);
  luaL_argcheck(L, timeout >= 0 && timeout < 1e6, 3, "timeout must be a number of seconds");
  lua_getfield(L, 3, "max_bytes");
  lua_Integer limit = luaL_optinteger(L, -1, MAX_BYTES);
  luaL_argcheck(L, limit > 0, 3, "max_bytes must be a number of bytes");
  bool gunzip = lua_getfield(L, 3, "gunzip") != LUA_TNIL && lua_toboolean(L, -1);
  Job *job = push_job(L);
  job->L = L;
  job->room = limit;
  make_folders(L, path);
  job->curl = curl_easy_init();
  if (!job->curl) return luaL_error(L, "download: libcurl cannot be started");
  open_temporary(L, job, path);
  set_options(job, url, timeout, message);
  luaL_checkstack(L, 8, "download");
  curl_easy_setopt(job->curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)limit);
  LnSizeGuard guard = ln_size_guard();
  CURLcode code = curl_easy_perform(job->curl);
  ln_size_guard_end(&guard);
  if (job->failed) return lua_error(L);
  if (job->too_long || code == CURLE_FILESIZE_EXCEEDED)
    return luaL_error(L, "download: '%s' has more than the %I bytes that it may have", url,
                      (LUAI_UACINT)limit);
  if (code == CURLE_WRITE_ERROR)
    return luaL_error(L, "download: cannot write '%s': %s", job->temporary, strerror(errno));
  if (code != CURLE_OK)
    return luaL_error(L, "download: '%s': %s", url, *message ? message : curl_easy_strerror(code));
  for (int i = 0; i < N_SUMS; i++) {
    if (!wanted[i]) continue;
    hash_file(L, job, &sums[i], job->temporary, gunzip, limit, hex);
    if (strcmp(hex, wanted[i]) != 0)
      return luaL_error(L, "download: '%s' is not what it should be: its %s is %s, expected %s",
                        url, sums[i].name, hex, wanted[i]);
  }
  int ok = fsync(job->fd) == 0;
  ok = close(job->fd) == 0 && ok;
  job->fd = -1;
  if (!ok || rename(job->temporary, path) != 0)
    return luaL_error(L, "download: cannot write '%s': %s", path, strerror(errno));
  *job->temporary = '\0';
  sync_folder(path);
  lua_pushvalue(L, 2);
  return 1;
}

static const luaL_Reg functions[] = {
    {"download", download}, {"sha256_file", sha256_file}, {NULL, NULL}};

int luaopen_lunate_download(lua_State *L);
__attribute__((visibility("default"))) int luaopen_lunate_download(lua_State *L) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return luaL_error(L, "libcurl cannot be started");
  luaL_newlib(L, functions);
  return 1;
}
