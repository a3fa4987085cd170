--- Fourier transforms in Keras's configs: how they are read (a call, as in read.lua) and written
-- (steps, as in write.lua). Keras's complex numbers are one list of two tensors, ours are two.

local core = require "lunate.core"
local raise = require "lunate.raise"
local rows = require "lunate.saving.keras_ops.rows"

local f, none, is_none = core.functions, core.none, rows.is_none

local readers, writers = {}, {}

local function or_none(value)
  if is_none(value) then return none() end
  return value
end

-- ---- reading

local function parts(call)
  local x = call:operands("x")
  if type(x) ~= "table" or #x ~= 2 then raise("a real and an imaginary tensor expected") end
  return x[1], x[2]
end

local function read_complex(op)
  return function(call) return f[op](parts(call)) end
end
readers.FFT, readers.FFT2, readers.IFFT2 = read_complex "fft", read_complex "fft2",
  read_complex "ifft2"

function readers.RFFT(call)
  return f.rfft(call:operands("x"), {fft_length = call:take("fft_length") or false})
end

function readers.IRFFT(call)
  local real, imag = parts(call)
  return f.irfft(real, imag, {fft_length = call:take("fft_length") or false})
end

function readers.ExtractSequences(call)
  return f.extract_sequences(call:operands("x"), call:take("sequence_length"),
    call:take("sequence_stride"))
end

local function stft_options(call)
  local center = call.options.center ~= false   -- which is not none
  call.options.center = nil
  return {sequence_length = call:take("sequence_length"),
    sequence_stride = call:take("sequence_stride"), fft_length = call:take("fft_length"),
    window = call:take("window") or false, center = center}
end

function readers.STFT(call) return f.stft(call:operands("x"), stft_options(call)) end

function readers.ISTFT(call)
  local real, imag = parts(call)
  local options = stft_options(call)
  options.length = call:take("length") or false
  return f.istft(real, imag, options)
end

-- ---- writing

local function write_complex(class)
  return function(w, x)
    local real = w(class, {x})
    return real, w.second(real)
  end
end
writers.fft, writers.fft2, writers.ifft2 = write_complex "FFT", write_complex "FFT2",
  write_complex "IFFT2"

-- By the transform of the parts in each other's place: Keras has no class for it.
function writers.ifft(w, x)
  local t = x[1].symbolic or x[2].symbolic
  local n = t.shape[#t.shape]
  if not n then return nil end
  local real = w("FFT", {{x[2], x[1]}})
  return w("Multiply", {w.second(real), 1 / n}), w("Multiply", {real, 1 / n})
end

function writers.rfft(w, x, o)
  local real = w("RFFT", x, {fft_length = or_none(o.fft_length)})
  return real, w.second(real)
end

function writers.irfft(w, x, o)
  return w("IRFFT", {x}, {fft_length = or_none(o.fft_length)})
end

function writers.extract_sequences(w, x, o)
  return w("ExtractSequences", x,
    {sequence_length = o.sequence_length, sequence_stride = o.sequence_stride})
end

local function stft_config(o)
  return {sequence_length = o.sequence_length, sequence_stride = o.sequence_stride,
    fft_length = o.fft_length, window = or_none(o.window), center = o.center}
end

function writers.stft(w, x, o)
  local real = w("STFT", x, stft_config(o))
  return real, w.second(real)
end

function writers.istft(w, x, o)
  local config = stft_config(o)
  config.length = or_none(o.length)
  return w("ISTFT", {x}, config)
end

return {readers = readers, writers = writers}
