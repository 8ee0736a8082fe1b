//! Other realms: global objects of their own in the same engine (`node:vm`).

use std::ptr::NonNull;

use rquickjs::context::EvalOptions;
use rquickjs::{Array, Ctx, Error, Function, Result, Value, qjs};

/// A new realm in the engine of `ctx`.
fn create<'js>(ctx: &Ctx<'js>) -> Result<Ctx<'js>> {
    // SAFETY: the new context belongs to the same runtime, which outlives both; `from_raw` takes a
    // reference of its own.
    unsafe {
        let runtime = qjs::JS_GetRuntime(ctx.as_raw().as_ptr());
        let raw = qjs::JS_NewContext(runtime);
        let realm = Ctx::from_raw(NonNull::new(raw).ok_or(Error::Allocation)?);
        qjs::JS_FreeContext(raw);
        Ok(realm)
    }
}

/// Makes a realm; gives `[global object, evaluate(code, filename)]`.
pub fn make<'js>(ctx: &Ctx<'js>) -> Result<Array<'js>> {
    let realm = create(ctx)?;
    let global = realm.globals();
    let raw = realm.as_raw();
    let evaluate = Function::new(
        ctx.clone(),
        move |ctx: Ctx<'js>, code: String, filename: String| -> Result<Value<'js>> {
            // SAFETY: the realm is alive, as one reference to it is never given back; `from_raw`
            // takes a reference of its own.
            let realm = unsafe { Ctx::from_raw(raw) };
            let mut options = EvalOptions::default();
            options.global = true;
            options.strict = false;
            options.filename = Some(filename);
            match realm.eval_with_options(code, options) {
                Ok(value) => Ok(value),
                Err(Error::Exception) => Err(ctx.throw(realm.catch())),
                Err(error) => Err(error),
            }
        },
    )?;
    // Objects of a realm may outlive everything that is known here.
    std::mem::forget(realm);
    let result = Array::new(ctx.clone())?;
    result.set(0, global)?;
    result.set(1, evaluate)?;
    Ok(result)
}
