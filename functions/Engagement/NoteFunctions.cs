using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Engagement;

/// <summary>Notes about a customer over HTTP.</summary>
public sealed class NoteFunctions(ListNotes list, WriteNote write, UpdateNote update, DeleteNote delete)
{
    [Function("GetNotes"), Allow(Role.Staff | Role.Owner | Role.Compliance)]
    [Operation("A customer's notes, pinned and newest first.", Query = typeof(PageRequest), Answer = typeof(Page<Note>))]
    public Task<IResult> GetNotes(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/customers/{id:guid}/notes")] HttpRequest request,
        Guid id, CancellationToken cancellation) =>
        request.ReadQuery(PageRequest.From)
            .Then(page => list.ExecuteAsync(Caller.Of(request), id, page, cancellation))
            .ToHttp();

    [Function("PostNote"), Allow(Role.Staff | Role.Owner)]
    [Operation("Writes a note about a customer.", Body = typeof(NoteFields), Answer = typeof(Versioned<Note>), Status = 201, Problems = ["business_closed"])]
    public Task<IResult> PostNote(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/customers/{id:guid}/notes")] HttpRequest request,
        Guid id, CancellationToken cancellation) =>
        request.ReadPostAsync(NoteFields.From, cancellation)
            .Then(post => write.ExecuteAsync(Caller.Of(request), id, post, cancellation))
            .ToHttp(note => Answers.Created($"/api/v1/customers/{id}/notes/{note.Value.Id}", note.Value, note.Version));

    [Function("PatchNote"), Allow(Role.Staff | Role.Owner)]
    [Operation("Changes some of a note (JSON merge patch).", Body = typeof(NoteFields), Answer = typeof(Versioned<Note>), IfMatch = true,
        Problems = ["business_closed"])]
    public Task<IResult> PatchNote(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "v1/customers/{id:guid}/notes/{noteId:guid}")] HttpRequest request,
        Guid id, Guid noteId, CancellationToken cancellation) =>
        request.IfMatch()
            .Then(version => request.ReadJsonAsync(cancellation)
            .Then(patch => update.ExecuteAsync(Caller.Of(request), id, noteId, version, patch, cancellation)))
            .ToHttp();

    [Function("DeleteNote"), Allow(Role.Owner)]
    [Operation("Deletes a note.", IfMatch = true, Problems = ["business_closed"])]
    public Task<IResult> DeleteNote(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/customers/{id:guid}/notes/{noteId:guid}")] HttpRequest request,
        Guid id, Guid noteId, CancellationToken cancellation) =>
        request.IfMatch()
            .Then(version => delete.ExecuteAsync(Caller.Of(request), id, noteId, version, cancellation))
            .ToHttp();
}
