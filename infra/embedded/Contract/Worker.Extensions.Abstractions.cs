// Mirrors Microsoft.Azure.Functions.Worker.Extensions.Abstractions, as Worker 2.52.0 brings it.
namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Any attribute that ties a parameter, method or property to something outside the function.</summary>
public abstract class BindingAttribute : Attribute;

/// <summary>The binding that starts a function; a function has exactly one.</summary>
public abstract class TriggerBindingAttribute : BindingAttribute;

/// <summary>A binding that brings something in besides what started the function.</summary>
public abstract class InputBindingAttribute : BindingAttribute;
