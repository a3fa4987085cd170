// peer_jpeg <threads> <file>...: decodes the JPEG files by libjpeg-turbo and nothing else, what a
// folder of pictures can be read at best. Prints microseconds a picture.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <jpeglib.h>
#include <pthread.h>

enum { MAX_THREADS = 256, MAX_ROW = 1 << 16 };

typedef struct Share {
  char **files;
  int n, step;
  pthread_t thread;
} Share;

static void decode(const char *path) {
  struct jpeg_decompress_struct d;
  struct jpeg_error_mgr errors;
  unsigned char row[MAX_ROW], *rows[1] = {row};
  FILE *file = fopen(path, "rb");
  if (!file) exit(1);
  d.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&d);
  jpeg_stdio_src(&d, file);
  jpeg_read_header(&d, TRUE);
  d.out_color_space = JCS_RGB;
  jpeg_start_decompress(&d);
  if (d.output_width * 3 > MAX_ROW) exit(1);
  while (d.output_scanline < d.output_height) jpeg_read_scanlines(&d, rows, 1);
  jpeg_finish_decompress(&d);
  jpeg_destroy_decompress(&d);
  fclose(file);
}

static void *decode_share(void *arg) {
  const Share *s = arg;
  for (int i = 0; i < s->n; i += s->step) decode(s->files[i]);
  return NULL;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
  const int threads = argc > 2 ? atoi(argv[1]) : 0, n = argc - 2;
  double best = 1e30;
  if (threads < 1 || threads > MAX_THREADS) {
    fprintf(stderr, "usage: peer_jpeg threads file...\n");
    return 1;
  }
  for (const double begun = now(); now() - begun < 3;) {
    static Share shares[MAX_THREADS];
    const double start = now();
    for (int i = 0; i < threads; i++) {
      shares[i] = (Share){.files = argv + 2 + i, .n = n - i, .step = threads};
      if (i > 0 && pthread_create(&shares[i].thread, NULL, decode_share, &shares[i])) return 1;
    }
    decode_share(&shares[0]);
    for (int i = 1; i < threads; i++) pthread_join(shares[i].thread, NULL);
    const double time = now() - start;
    if (time < best) best = time;
  }
  printf("image_folder threads=%d us=%.5f\n", threads, best / n * 1e6);
  return 0;
}
