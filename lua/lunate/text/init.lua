--- ln.text: texts as tokens. `ln.text.BPE` is a byte-level BPE tokenizer; layers that take strings
-- are in ln.layers (TextVectorization, StringLookup).
--
--     local bpe = ln.text.BPE.train{texts = {"low lower lowest"}, vocab_size = 260}
--     print(bpe:decode(bpe:encode("lower low")))                              --> lower low

return require "lunate.folder"("tool for texts", ...)
