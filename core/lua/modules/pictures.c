// lunate.pictures: files of pictures, decoded by whatever codecs were built (png.c, jpeg.c), one at
// a time or many on threads ahead of who asks for them. A module of its own, loaded with the first
// picture.
// with: core/io/picture.c core/kernels/resample.c
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lua/modules/codec.h"

// ---- codecs

static const char *const formats[] = {"png", "jpeg", NULL};
enum { MAX_CODECS = 2 };

// Loads the modules of formats that were built; codecs[] is ended by NULL.
static void find_codecs(lua_State *L, const LnCodec **codecs) {
  int n = 0;
  for (int i = 0; formats[i]; i++) {
    int top = lua_gettop(L);
    lua_getglobal(L, "require");
    lua_pushfstring(L, "lunate.%s", formats[i]);
    if (lua_pcall(L, 1, 0, 0) == LUA_ERRMEM) lua_error(L);
    lua_settop(L, top);
    lua_pushfstring(L, LN_CODEC_KEY "%s", formats[i]);
    lua_rawget(L, LUA_REGISTRYINDEX);
    const LnCodec *codec = lua_touserdata(L, -1);
    lua_pop(L, 1);
    if (codec && codec->size == sizeof *codec) codecs[n++] = codec;
  }
  codecs[n] = NULL;
}

// ---- one picture

static const char *const filters[] = {"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5",
                                      "box", "hamming", NULL};

// As Keras's load_img: the largest part from the middle with the aspect ratio wanted.
static LnBox middle(const LnPicture *p, int64_t height, int64_t width) {
  int64_t h = p->width * height / width, w = p->height * width / height;
  h = h > p->height ? p->height : h < 1 ? 1 : h;
  w = w > p->width ? p->width : w < 1 ? 1 : w;
  return (LnBox){(p->height - h) / 2, (p->width - w) / 2, h, w};
}

// decode(bytes, channels (0: its own)[, height, width, filter, keep_aspect_ratio]) -> tensor
// (h, w, c): uint8, int32 for gray of 16 bits. Raises a message without a place.
static int decode(lua_State *L) {
  size_t n;
  char error[LN_PICTURE_ERROR];
  const uint8_t *bytes = (const uint8_t *)luaL_checklstring(L, 1, &n);
  int channels = (int)luaL_checkinteger(L, 2);
  int64_t height = luaL_optinteger(L, 3, 0), width = luaL_optinteger(L, 4, 0);
  LnFilter filter = (LnFilter)luaL_checkoption(L, 5, "nearest", filters);
  const LnCodec *codecs[MAX_CODECS + 1];
  find_codecs(L, codecs);
  LnPicture *p = ln_lua_push_picture(L);
  bool done = ln_picture_decode(codecs, bytes, n, LN_PICTURE_MAX_PIXELS, p, error) &&
              ln_picture_convert(p, channels, true, error);
  if (done && height > 0 && (height != p->height || width != p->width)) {
    LnBox box = middle(p, height, width);
    done = ln_picture_resize(p, lua_toboolean(L, 6) ? &box : NULL, height, width, filter, error);
  }
  if (!done) {
    lua_pushstring(L, error);
    return lua_error(L);
  }
  return ln_lua_push_pixels(L, p, "decode");
}

// ---- many pictures, on threads

enum { WAITING, GOOD, BAD };

typedef struct Item {
  int state;
  char *error;          // of a bad one, malloc'ed (NULL: there was no memory for it)
} Item;

// Pictures in order: item k lies in place k % capacity of the ring from when a thread begins it
// until it is handed over.
typedef struct Reader {
  const char *const *paths;   // texts of Lua's, kept by the user value
  int64_t n, batch, capacity, skipped;
  int64_t begun, taken, given;   // by threads; by the script; and of those, places that are free
  LnFit fit;
  int channels;
  bool skip_bad, stop, threaded;
  const LnCodec *codecs[MAX_CODECS + 1];
  size_t size;                // floats of a picture
  float *ring;
  Item *items;
  pid_t process;
  int n_threads;
  pthread_t *threads;
  pthread_mutex_t lock;
  pthread_cond_t room, done;  // places became free; what is awaited has been read
  int64_t awaited;            // by the script, -1: nothing
} Reader;

enum { MAX_FILE = 1 << 30 };

// The bytes of a file, malloc'ed.
static uint8_t *read_file(const char *path, size_t *n, char *error) {
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat info;
  uint8_t *bytes = NULL;
  if (file < 0 || fstat(file, &info) != 0) {
    ln_picture_fail(error, "%s", strerror(errno));
  } else if (!S_ISREG(info.st_mode) || info.st_size > MAX_FILE) {
    ln_picture_fail(error, "%s", S_ISREG(info.st_mode) ? "more than a gibibyte" : "no plain file");
  } else if (!(bytes = malloc((size_t)info.st_size + 1))) {
    ln_picture_fail(error, "out of memory");
  } else {
    ssize_t got = 1;
    for (*n = 0; got > 0 && *n < (size_t)info.st_size; *n += got > 0 ? (size_t)got : 0)
      got = read(file, bytes + *n, (size_t)info.st_size - *n);
  }
  if (file >= 0) close(file);
  return bytes;
}

static bool read_picture(const Reader *r, const char *path, float *to, char *error) {
  size_t n = 0;
  LnPicture p = {0};
  uint8_t *bytes = read_file(path, &n, error);
  bool done = bytes && ln_picture_decode(r->codecs, bytes, n, LN_PICTURE_MAX_PIXELS, &p, error) &&
              ln_picture_convert(&p, r->channels, false, error) &&
              ln_picture_fit(&p, &r->fit, to, error);
  ln_picture_free(&p);
  free(bytes);
  return done;
}

// Reads the next item; the lock is held, but not meanwhile.
static void read_next(Reader *r) {
  int64_t k = r->begun++, place = k % r->capacity;
  Item *item = &r->items[place];
  char error[LN_PICTURE_ERROR];
  pthread_mutex_unlock(&r->lock);
  bool done = read_picture(r, r->paths[k], r->ring + (size_t)place * r->size, error);
  char *text = done ? NULL : strdup(error);
  pthread_mutex_lock(&r->lock);
  item->error = text;
  item->state = done ? GOOD : BAD;
  if (r->awaited == k) pthread_cond_signal(&r->done);
}

static void *run(void *arg) {
  Reader *r = arg;
  pthread_mutex_lock(&r->lock);
  while (!r->stop && r->begun < r->n) {
    if (r->begun - r->given < r->capacity) read_next(r);
    else pthread_cond_wait(&r->room, &r->lock);
  }
  pthread_mutex_unlock(&r->lock);
  return NULL;
}

// Threads, from the first picture that was not handed over; signals stay with the program's own.
static void start(Reader *r) {
  sigset_t all, before;
  pthread_mutex_init(&r->lock, NULL);
  pthread_cond_init(&r->room, NULL);
  pthread_cond_init(&r->done, NULL);
  r->process = getpid();
  r->begun = r->given = r->taken;
  r->awaited = -1;
  for (int64_t i = 0; i < r->capacity; i++) {
    free(r->items[i].error);
    r->items[i] = (Item){WAITING, NULL};
  }
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int wanted = r->n_threads;
  r->n_threads = 0;
  r->threaded = true;
  while (r->n_threads < wanted &&
         pthread_create(&r->threads[r->n_threads], NULL, run, r) == 0) r->n_threads++;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static int close_reader(lua_State *L) {
  Reader *r = lua_touserdata(L, 1);
  if (r->threaded && r->process == getpid()) {   // a child of the process has no threads
    pthread_mutex_lock(&r->lock);
    r->stop = true;
    pthread_cond_broadcast(&r->room);
    pthread_mutex_unlock(&r->lock);
    for (int i = 0; i < r->n_threads; i++) pthread_join(r->threads[i], NULL);
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->room);
    pthread_cond_destroy(&r->done);
  }
  r->threaded = false;
  for (int64_t i = 0; r->items && i < r->capacity; i++) free(r->items[i].error);
  free(r->ring);
  free(r->items);
  free(r->threads);
  free((void *)r->paths);
  r->ring = NULL;
  r->items = NULL;
  r->threads = NULL;
  r->paths = NULL;
  r->n = r->taken = 0;
  return 0;
}

// Gives the threads the places of what was taken.
static void release(Reader *r) {
  pthread_mutex_lock(&r->lock);
  for (; r->given < r->taken; r->given++) r->items[r->given % r->capacity].state = WAITING;
  pthread_cond_broadcast(&r->room);
  pthread_mutex_unlock(&r->lock);
}

static bool take_item(lua_State *L, Reader *r, float *to) {
  Item *item = &r->items[r->taken % r->capacity];
  pthread_mutex_lock(&r->lock);
  r->awaited = r->taken;
  while (item->state == WAITING) {
    if (r->n_threads == 0) read_next(r);   // none could be started
    else pthread_cond_wait(&r->done, &r->lock);
  }
  r->awaited = -1;
  bool good = item->state == GOOD;
  pthread_mutex_unlock(&r->lock);
  if (!good && !r->skip_bad) {
    lua_pushfstring(L, "'%s': %s", r->paths[r->taken], item->error ? item->error : "out of memory");
    lua_error(L);
  }
  if (good) memcpy(to, r->ring + (size_t)(r->taken % r->capacity) * r->size,
                   r->size * sizeof *to);
  else r->skipped++;
  free(item->error);
  item->error = NULL;
  // A batch at a time: waking threads costs more than a small picture.
  if (++r->taken - r->given >= r->batch || r->taken - r->given >= r->capacity / 2) release(r);
  return good;
}

static void shape_of(const Reader *r, int64_t rows, int64_t *shape) {
  const LnFit *f = &r->fit;
  shape[0] = rows;
  shape[f->channels_first ? 1 : 3] = r->channels;
  shape[f->channels_first ? 2 : 1] = f->height;
  shape[f->channels_first ? 3 : 2] = f->width;
}

// reader:next() -> float32 (rows, h, w, c), the positions (from 1) of its pictures in the list, and
// how many bad ones were passed over so far; nothing at the end.
static int next_batch(lua_State *L) {
  const LnExports *e = ln_exports(L);
  Reader *r = luaL_checkudata(L, 1, "lunate.pictures.reader");
  if (r->taken >= r->n) return 0;
  if (!r->threaded || r->process != getpid()) start(r);
  int64_t left = r->n - r->taken, rows = left < r->batch ? left : r->batch, k = 0;
  int64_t shape[4];
  shape_of(r, rows, shape);
  const LnTensor *t = e->push_tensor(e, L, LN_FLOAT32, 4, shape, "next");
  lua_createtable(L, (int)rows, 0);
  while (k < rows && r->taken < r->n) {
    lua_pushinteger(L, r->taken + 1);
    if (!take_item(L, r, (float *)t->data + (size_t)k * r->size)) {
      lua_pop(L, 1);
      continue;
    }
    lua_rawseti(L, -2, ++k);
  }
  if (k == 0) return 0;
  if (k < rows) {
    shape_of(r, k, shape);
    const LnTensor *fewer = e->push_tensor(e, L, LN_FLOAT32, 4, shape, "next");
    memcpy(fewer->data, t->data, (size_t)k * r->size * sizeof(float));
    lua_replace(L, -3);
  }
  lua_pushinteger(L, r->skipped);
  return 3;
}

static bool flag(lua_State *L, const char *name) {
  lua_getfield(L, 2, name);
  bool value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

static int64_t whole(lua_State *L, const char *name) {
  lua_getfield(L, 2, name);
  int64_t value = luaL_checkinteger(L, -1);
  luaL_argcheck(L, value >= 1 && value <= 1 << 20, 2, name);
  lua_pop(L, 1);
  return value;
}

// open(paths, {height =, width =, channels =, batch =, ahead = (batches), threads =, filter =,
// crop =, pad =, channels_first =, skip_bad =}) -> reader
static int open_reader(lua_State *L) {
  static const luaL_Reg methods[] = {{"next", next_batch}, {"close", close_reader}, {NULL, NULL}};
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  lua_getfield(L, 2, "filter");
  LnFilter filter = (LnFilter)luaL_checkoption(L, 3, NULL, filters);
  Reader *r = lua_newuserdatauv(L, sizeof *r, 1);   // 4
  memset(r, 0, sizeof *r);
  ln_lua_set_class(L, "lunate.pictures.reader", close_reader, methods, false);
  r->fit = (LnFit){whole(L, "height"), whole(L, "width"), filter, flag(L, "crop"), flag(L, "pad"),
                   flag(L, "channels_first")};
  r->channels = (int)whole(L, "channels");
  luaL_argcheck(L, r->channels == 1 || r->channels == 3 || r->channels == 4, 2, "channels");
  r->batch = whole(L, "batch");
  r->skip_bad = flag(L, "skip_bad");
  int64_t n = (int64_t)lua_rawlen(L, 1), ahead = whole(L, "ahead");
  r->n_threads = (int)whole(L, "threads");
  if (r->n_threads > 64) r->n_threads = 64;
  r->capacity = r->batch * ahead > 2 * r->n_threads ? r->batch * ahead : 2 * r->n_threads;
  if (r->capacity > n) r->capacity = n > 0 ? n : 1;
  r->size = (size_t)(r->fit.height * r->fit.width * r->channels);
  find_codecs(L, r->codecs);
  // A list of its own: the caller's may change.
  lua_createtable(L, (int)n, 0);   // 5
  r->paths = malloc(((size_t)n + 1) * sizeof *r->paths);
  for (int64_t i = 1; r->paths && i <= n; i++) {
    lua_rawgeti(L, 1, i);
    if (lua_type(L, -1) != LUA_TSTRING) return luaL_error(L, "path %I is no text", (LUAI_UACINT)i);
    ((const char **)r->paths)[i - 1] = lua_tostring(L, -1);
    lua_rawseti(L, 5, i);
  }
  lua_setiuservalue(L, 4, 1);
  r->items = calloc((size_t)r->capacity, sizeof *r->items);
  r->threads = calloc((size_t)r->n_threads, sizeof *r->threads);
  bool fits = r->size <= SIZE_MAX / sizeof(float) / (size_t)r->capacity;
  r->ring = fits ? malloc(r->size * sizeof(float) * (size_t)r->capacity) : NULL;
  if (!r->paths || !r->items || !r->threads || !r->ring)
    return luaL_error(L, "out of memory for %I pictures of %I by %I", (LUAI_UACINT)r->capacity,
                      (LUAI_UACINT)r->fit.height, (LUAI_UACINT)r->fit.width);
  r->n = n;
  start(r);
  return 1;
}

static const luaL_Reg functions[] = {{"decode", decode}, {"open", open_reader},
                                     {NULL, NULL}};

int luaopen_lunate_pictures(lua_State *L);
__attribute__((visibility("default"))) int luaopen_lunate_pictures(lua_State *L) {
  ln_exports(L);   // a core of another build shows now
  luaL_newlib(L, functions);
  return 1;
}
