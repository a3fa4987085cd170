--- Getting data into shape: splits, scalers, encoders, pipelines; scikit-learn's names and
-- meanings. One a file: add a file, and `ln.preprocessing` has it.
--
--     local scaler = ln.preprocessing.StandardScaler()
--     local x_train = scaler:fit_transform(ln.tensor{{1, 10}, {3, 30}})
--     print(scaler.mean_)                                                   --> [ 2. 20.]

return require "lunate.folder"("preprocessing tool", ...)
