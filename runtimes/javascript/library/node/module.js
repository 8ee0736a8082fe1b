// node:module

import { createRequire, Module } from 'belljar:internal/commonjs';
import { findPackage, stripTypes } from 'native:modules';

function unsupported(name) {
    return () => {
        const error = new Error(`module.${name} is not supported: modules are loaded by the engine itself`);
        error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
        throw error;
    };
}

Module.register = unsupported('register');
Module.registerHooks = unsupported('registerHooks');
Module.syncBuiltinESMExports = () => {};
Module.enableCompileCache = () => ({ status: Module.constants.compileCacheStatus.DISABLED });
Module.getCompileCacheDir = () => undefined;
Module.flushCompileCache = () => {};
Module.findSourceMap = () => undefined;
Module.findPackageJSON = (specifier, base) => findPackage(String(specifier), base === undefined ? undefined : String(base));
Module.stripTypeScriptTypes = (code, options = {}) => stripTypes(code, options.sourceUrl ?? 'file.ts');
Module.SourceMap = class SourceMap {
    constructor(payload) {
        this.payload = payload;
    }

    findEntry() {
        return {};
    }
};
Module.constants = { compileCacheStatus: { FAILED: 0, ENABLED: 1, ALREADY_ENABLED: 2, DISABLED: 3 } };

export const { builtinModules, constants, enableCompileCache, findPackageJSON, findSourceMap, flushCompileCache, getCompileCacheDir, isBuiltin, register, registerHooks, runMain, SourceMap, stripTypeScriptTypes, syncBuiltinESMExports, wrap } = Module;
export { createRequire, Module };
export const { _cache, _extensions, _load, _nodeModulePaths, _resolveFilename } = Module;
export default Module;
