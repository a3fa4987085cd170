// Spectrograms of signals: STFTSpectrogram, whose transform is two kernels that may learn, and
// MelSpectrogram, which learns nothing.
#include <math.h>
#include <stdio.h>

#include "nn/initializers/_stft.h"
#include "nn/nn.h"
#include "ops/fft.h"
#include "ops/join.h"
#include "ops/ops.h"
#include "ops/slice.h"

static const double EPSILON = 1e-7;

// ---- STFTSpectrogram

enum { LOG, MAGNITUDE, PSD, REAL, IMAG, ANGLE, STFT };
enum { VALID, SAME };

typedef struct Spectrogram {
  LnLayer layer;
  int mode, scaling, padding, channels_first;
  int64_t frame_length, frame_step, fft_length;   // the last two: LN_NONE for those by the first
  LnWindow window;
  bool periodic, expand_dims;
} Spectrogram;

static int64_t step_of(const Spectrogram *o) {
  return o->frame_step == LN_NONE ? o->frame_length / 2 : o->frame_step;
}

static int64_t bins_of(const Spectrogram *o) {
  int64_t n = o->fft_length;
  if (n == LN_NONE)
    for (n = 1; n < o->frame_length;) n *= 2;
  return n / 2 + 1;
}

static bool init_spectrogram(LnContext *c, void *self) {
  Spectrogram *o = self;
  const int64_t step = step_of(o);
  if (o->channels_first < 0) o->channels_first = 0;
  if (step < 1 || step > o->frame_length)
    return ln_fail(c, "STFTSpectrogram: frame_step is 1 to frame_length, %lld; got %lld",
                   (long long)o->frame_length, (long long)step);
  return o->fft_length == LN_NONE || o->fft_length >= o->frame_length ||
         ln_fail(c, "STFTSpectrogram: fft_length is at least frame_length, %lld; got %lld",
                 (long long)o->frame_length, (long long)o->fft_length);
}

static bool add_kernel(LnContext *c, Spectrogram *o, int side, const char *name) {
  const int64_t shape[3] = {o->frame_length, 1, bins_of(o)};
  LnStftInitializer *waves = (LnStftInitializer *)ln_object_by_name(c, LN_INITIALIZER, "STFT");
  if (!waves) return false;
  waves->side = side;
  waves->scaling = o->scaling < 0 ? LN_STFT_UNSCALED : o->scaling;
  waves->window = (LnWindow){o->window.name, ln_retain(o->window.values)};
  waves->periodic = o->periodic;
  const LnWeight w = {.name = name, .rank = 3, .shape = shape, .initializer = &waves->base.base,
                      .trainable = true};
  LnVariable *kernel = ln_layer_add_weight(c, &o->layer, &w);
  ln_object_release(waves);
  return kernel != NULL;
}

static bool build_spectrogram(LnContext *c, LnLayer *self, const LnTensors *in) {
  Spectrogram *o = (Spectrogram *)self;
  (void)in;
  return (o->mode == IMAG || add_kernel(c, o, LN_STFT_REAL, "real_kernel")) &&
         (o->mode == REAL || add_kernel(c, o, LN_STFT_IMAG, "imag_kernel"));
}

// x (batch, channels, time) to (batch, channels, frames, frame_length); padding "same" adds zeros
// so that there is a frame for each step.
static LnTensor *frames_of(LnContext *c, const Spectrogram *o, LnTensor *x) {
  const int64_t step = step_of(o), n = x ? x->shape[2] : -1;
  if (x && o->padding == SAME && n != 0) {
    const int64_t wanted = n < 0 ? o->frame_length : ((n + step - 1) / step - 1) * step +
                                                     o->frame_length;
    const int64_t missing = wanted > n ? wanted - (n < 0 ? 0 : n) : 0;
    const int64_t before[3] = {0, 0, missing / 2}, after[3] = {0, 0, missing - missing / 2};
    x = ln_pad(c, x, before, after, 0);
  }
  return ln_extract_sequences(c, x, o->frame_length, step);
}

// (batch, channels, frames, bins): the frames' products with a kernel.
static LnTensor *side(LnContext *c, LnTensor *frames, LnVariable *kernel) {
  LnTensor *waves = ln_autocast(c, kernel->value);
  waves = ln_reshape(c, waves, 2, (int64_t[]){kernel->value->shape[0], kernel->value->shape[2]});
  return ln_matmul(c, frames, waves);
}

// Power in a spectrum of real numbers: all bins but the first and the last stand for two.
static LnTensor *density(LnContext *c, LnTensor *power) {
  if (!power) return NULL;
  const int64_t bins = power->shape[3];
  if (bins <= 2) return power;
  LnTensor *twice = ln_mul_number(c, ln_narrow(c, power, 3, 1, bins - 2), 2);
  LnTensor *parts[3] = {ln_narrow(c, power, 3, 0, 1), twice,
                        ln_narrow(c, power, 3, bins - 1, 1)};
  return ln_concatenate(c, parts, 3, 3);
}

static LnTensor *spectrum(LnContext *c, const Spectrogram *o, LnTensor *frames) {
  LnVariable *const *kernels = o->layer.variables;
  LnTensor *first = side(c, frames, kernels[0]);
  if (o->mode == REAL || o->mode == IMAG) return first;
  LnTensor *second = side(c, frames, kernels[1]);
  if (o->mode == ANGLE) return ln_arctan2(c, second, first);
  if (o->mode == STFT)
    return first && second ? ln_concatenate(c, (LnTensor *[]){first, second}, 2, 3) : NULL;
  LnTensor *power = ln_add(c, ln_square(c, first), ln_square(c, second));
  if (o->mode == PSD) return density(c, power);
  LnTensor *magnitude = ln_sqrt(c, ln_clip(c, power, EPSILON, INFINITY));
  return o->mode == MAGNITUDE ? magnitude : ln_log(c, ln_clip(c, magnitude, EPSILON, INFINITY));
}

// (batch, channels, frames, bins) with the channels' bins side by side: (batch, frames, all bins).
static LnTensor *merged(LnContext *c, LnTensor *y) {
  enum { MOST = 256 };
  LnTensor *channel[MOST];
  if (!y) return NULL;
  const int64_t n = y->shape[1];
  if (n < 1 || n > MOST) {
    ln_fail(c, "STFTSpectrogram: 1 to %d channels expected, got %lld", MOST, (long long)n);
    return NULL;
  }
  for (int64_t i = 0; i < n; i++)
    if (!(channel[i] = ln_squeeze(c, ln_narrow(c, y, 1, i, 1), 1))) return NULL;
  return n == 1 ? channel[0] : ln_concatenate(c, channel, (int)n, 2);
}

static LnTensor *call_spectrogram(LnContext *c, LnLayer *self, const LnTensors *in,
                                  const LnCallArgs *args) {
  const Spectrogram *o = (const Spectrogram *)self;
  (void)args;
  static const int swap[] = {0, 2, 1}, channels_last[] = {0, 2, 3, 1};
  LnTensor *x = o->channels_first ? in->v[0] : ln_permute(c, in->v[0], 3, swap);
  LnTensor *y = spectrum(c, o, frames_of(c, o, x));
  if (o->expand_dims) return o->channels_first ? y : ln_permute(c, y, 4, channels_last);
  y = merged(c, y);
  return o->channels_first ? ln_permute(c, y, 3, swap) : y;
}

static void describe_spectrogram(const LnLayer *self, char *out, size_t size) {
  const Spectrogram *o = (const Spectrogram *)self;
  snprintf(out, size, "%lld bins, frames of %lld", (long long)bins_of(o),
           (long long)o->frame_length);
}

static const LnOption spectrogram_options[] = {
    {"mode", LN_OPT_CHOICE, LN_FIELD(Spectrogram, mode), "log",
     .choices = "log magnitude psd real imag angle stft",
     .doc = "what is told of each bin; stft: its real, then its imaginary parts"},
    {"frame_length", LN_OPT_INTEGER, LN_FIELD(Spectrogram, frame_length), "256", "[1, 1048576]",
     .doc = "samples of a frame"},
    {"frame_step", LN_OPT_INTEGER, LN_FIELD(Spectrogram, frame_step), "none", ">= 1",
     .doc = "samples from one frame to the next; none: half of frame_length"},
    {"fft_length", LN_OPT_INTEGER, LN_FIELD(Spectrogram, fft_length), "none", "[2, 1048576]",
     .doc = "points of the transform; none: the power of two from frame_length on"},
    {"window", LN_OPT_WINDOW, LN_FIELD(Spectrogram, window), "hann", .nullable = true,
     .choices = LN_WINDOW_CHOICES, .doc = "over each frame"},
    {"periodic", LN_OPT_BOOL, LN_FIELD(Spectrogram, periodic), "false",
     .doc = "a window for spectral analysis rather than a symmetric one"},
    {"scaling", LN_OPT_CHOICE, LN_FIELD(Spectrogram, scaling), "density",
     .choices = "density spectrum", .nullable = true,
     .doc = "by the window's power or by its amplitude"},
    {"padding", LN_OPT_CHOICE, LN_FIELD(Spectrogram, padding), "valid", .choices = "valid same",
     .doc = "same: zeros at both ends, a frame for each step"},
    {"expand_dims", LN_OPT_BOOL, LN_FIELD(Spectrogram, expand_dims), "false",
     .doc = "an axis for the bins and one for the channels, as pictures have"},
    {"data_format", LN_OPT_CHOICE, LN_FIELD(Spectrogram, channels_first), "channels_last",
     .choices = "channels_last channels_first", .nullable = true,
     .doc = "where the channels are"},
    {0}};

static const LnLayerClass spectrogram_class = {
    .base = {.kind = LN_LAYER, .name = "STFTSpectrogram", .size = sizeof(Spectrogram),
             .options = spectrogram_options, .init = init_spectrogram,
             .doc = "Spectrograms of signals (batch, time, channels): (batch, frames, channels * "
                    "bins), with expand_dims (batch, frames, bins, channels),\nbins being "
                    "fft_length // 2 + 1. channels_first: (batch, channels, time) to (batch, "
                    "channels * bins, frames)\nor (batch, channels, frames, bins).\n"
                    "Weights: real_kernel and imag_kernel (frame_length, 1, bins), the transform "
                    "to begin with; set\ntrainable = false to keep it.\n"
                    "Errors: a frame_step beyond frame_length, an fft_length below it; signals "
                    "shorter than a frame.\n"
                    "Example:\n"
                    "  local layer = ln.layers.STFTSpectrogram{frame_length = 64}\n"
                    "  layer(ln.random.normal{2, 640, 1}).shape  --> (2, 19, 33)\n"},
    .build = build_spectrogram, .call = call_spectrogram, .min_rank = 3, .max_rank = 3,
    .rows_apart = true, .describe = describe_spectrogram};

// ---- MelSpectrogram

typedef struct Mel {
  LnLayer layer;
  LnStft stft;
  int64_t num_mel_bins;
  double sampling_rate, min_freq, max_freq, top_db, mag_exp, min_power, ref_power;
  bool power_to_db;
  LnTensor *matrix;   // (bins, num_mel_bins), float32, made by build
} Mel;

static void free_mel(void *self) { ln_release(((Mel *)self)->matrix); }

static bool init_mel(LnContext *c, void *self) {
  Mel *o = self;
  if (o->stft.sequence_length == LN_NONE) o->stft.sequence_length = o->stft.fft_length;
  if (isnan(o->max_freq)) o->max_freq = floor(o->sampling_rate / 2);
  o->stft.center = true;
  if (o->stft.fft_length < o->stft.sequence_length)
    return ln_fail(c, "MelSpectrogram: fft_length is at least sequence_length, %lld; got %lld",
                   (long long)o->stft.sequence_length, (long long)o->stft.fft_length);
  return o->min_freq < o->max_freq ||
         ln_fail(c, "MelSpectrogram: min_freq lies below max_freq, got %g and %g", o->min_freq,
                 o->max_freq);
}

// The mel scale of HTK (Young et al., "The HTK Book").
static double mel_of(double hertz) { return 1127 * log(1 + hertz / 700); }

// Triangles over the bins, in mel: from 0 at one edge to 1 at the next and back to 0; edges lie
// evenly from min_freq to max_freq. The bin of frequency 0 is in none.
static bool build_mel(LnContext *c, LnLayer *self, const LnTensors *in) {
  Mel *o = (Mel *)self;
  (void)in;
  const int64_t bins = o->stft.fft_length / 2 + 1, n = o->num_mel_bins;
  if (o->matrix) return true;
  LnTensor *t = ln_tensor_zeros(c, LN_FLOAT32, 2, (int64_t[]){bins, n});
  if (!t) return false;
  const double low = mel_of(o->min_freq), gap = (mel_of(o->max_freq) - low) / (double)(n + 1);
  for (int64_t k = 1; k < bins; k++) {
    const double mel = mel_of(o->sampling_rate / 2 * (double)k / (double)(bins - 1));
    for (int64_t m = 0; m < n; m++) {
      const double edge = low + gap * (double)m;
      const double height = fmin(mel - edge, edge + 2 * gap - mel) / gap;
      if (height > 0) ((float *)t->data)[k * n + m] = (float)height;
    }
  }
  o->matrix = t;
  return true;
}

// 10 log10(x), x at least min_power.
static LnTensor *decibels(LnContext *c, const Mel *o, LnTensor *x) {
  const double reference = 10 * log10(fmax(fabs(o->ref_power), o->min_power));
  x = ln_log(c, ln_clip(c, x, o->min_power, INFINITY));
  x = ln_sub_number(c, ln_mul_number(c, x, 10 / log(10)), reference);
  return ln_maximum(c, x, ln_sub_number(c, ln_max(c, x, LN_NONE, false), o->top_db));
}

static LnTensor *call_mel(LnContext *c, LnLayer *self, const LnTensors *in,
                          const LnCallArgs *args) {
  const Mel *o = (const Mel *)self;
  (void)args;
  const LnDtype compute = (LnDtype)self->dtype.compute;
  const LnDtype d = compute == LN_FLOAT64 ? LN_FLOAT64 : LN_FLOAT32;
  LnTensor *x = ln_cast(c, in->v[0], d), *out[2];
  if (!ln_stft(c, x, &o->stft, out)) return NULL;
  LnTensor *y = ln_add(c, ln_square(c, out[0]), ln_square(c, out[1]));
  if (o->mag_exp != 2) y = ln_pow_number(c, y, o->mag_exp / 2);
  y = ln_matmul(c, y, ln_cast(c, o->matrix, d));
  if (o->power_to_db) y = decibels(c, o, y);
  return ln_cast(c, ln_transpose(c, y), compute);
}

static void describe_mel(const LnLayer *self, char *out, size_t size) {
  const Mel *o = (const Mel *)self;
  snprintf(out, size, "%lld bins, %g to %g Hz", (long long)o->num_mel_bins, o->min_freq,
           o->max_freq);
}

static const LnOption mel_options[] = {
    {"fft_length", LN_OPT_INTEGER, LN_FIELD(Mel, stft.fft_length), "2048", "[2, 1048576]",
     .doc = "points of one transform"},
    {"sequence_stride", LN_OPT_INTEGER, LN_FIELD(Mel, stft.sequence_stride), "512",
     "[1, 1073741824]", .doc = "samples from one column to the next"},
    {"sequence_length", LN_OPT_INTEGER, LN_FIELD(Mel, stft.sequence_length), "none",
     "[1, 1048576]", .doc = "samples under the window; none: fft_length"},
    {"window", LN_OPT_WINDOW, LN_FIELD(Mel, stft.window), "hann", .choices = LN_STFT_WINDOWS,
     .nullable = true, .doc = "what each sequence is multiplied by"},
    {"sampling_rate", LN_OPT_NUMBER, LN_FIELD(Mel, sampling_rate), "16000", "> 0",
     .doc = "samples a second"},
    {"num_mel_bins", LN_OPT_INTEGER, LN_FIELD(Mel, num_mel_bins), "128", "[1, 1048576]",
     .doc = "rows of the result"},
    {"min_freq", LN_OPT_NUMBER, LN_FIELD(Mel, min_freq), "20", ">= 0",
     .doc = "the lowest frequency, in hertz"},
    {"max_freq", LN_OPT_NUMBER, LN_FIELD(Mel, max_freq), "none", "> 0",
     .doc = "the highest one; none: half of the sampling rate"},
    {"power_to_db", LN_OPT_BOOL, LN_FIELD(Mel, power_to_db), "true", .doc = "tells decibels"},
    {"top_db", LN_OPT_NUMBER, LN_FIELD(Mel, top_db), "80", ">= 0",
     .doc = "decibels below the loudest at which everything lower is cut off"},
    {"mag_exp", LN_OPT_NUMBER, LN_FIELD(Mel, mag_exp), "2", "> 0",
     .doc = "exponent of the magnitude: 1, or 2 for power"},
    {"min_power", LN_OPT_NUMBER, LN_FIELD(Mel, min_power), "1e-10", "> 0",
     .doc = "the least power told in decibels"},
    {"ref_power", LN_OPT_NUMBER, LN_FIELD(Mel, ref_power), "1", .doc = "the power of 0 decibels"},
    {0}};

static const LnLayerClass mel_class = {
    .base = {.kind = LN_LAYER, .name = "MelSpectrogram", .size = sizeof(Mel),
             .options = mel_options, .init = init_mel, .free = free_mel,
             .doc = "Mel spectrograms of signals (batch, samples), or of one (samples,): (batch, "
                    "num_mel_bins, columns).\nWhat is cut off by top_db is so against the loudest "
                    "of the whole batch. It does the same in training.\n"
                    "Errors: an fft_length below sequence_length; min_freq not below max_freq.\n"
                    "Example:\n"
                    "  local layer = ln.layers.MelSpectrogram{fft_length = 64, sequence_stride = "
                    "32, num_mel_bins = 8}\n"
                    "  layer(ln.random.normal{2, 640}).shape  --> (2, 8, 21)\n"},
    .build = build_mel, .call = call_mel, .keeps_dtype = true, .min_rank = 1, .max_rank = 2,
    .describe = describe_mel};

const LnLayerClass *const ln_layers_spectrogram[] = {&spectrogram_class, &mel_class, NULL};
