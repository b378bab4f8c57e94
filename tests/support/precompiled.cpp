// A target needs a source; all there is to compile here is what is precompiled.
