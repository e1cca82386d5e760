namespace NxLoy.Functions.Tests;

/// <summary>
/// Many believable customers, made by the database itself: five of six belong to one business, the others to four more.
/// Figures go with tiers and visits with age, as in life: what is independent is too easy to plan for.
/// </summary>
internal static class BelievableCustomers
{
    /// <summary>The business with five of six.</summary>
    public static readonly Guid Big = new("00000000-0000-7000-8000-000000000001");

    /// <summary>What a superuser runs once in an empty, migrated database, in one transaction.</summary>
    public static string Fill(int total) =>
        // Indexes are made after the rows: five times faster than with them in place.
        $$"""
        set local session_replication_role = replica;
        set local maintenance_work_mem = '512MB';
        create temporary table dropped as
        select i.indexname as name, i.indexdef as definition
        from pg_indexes i
        where i.tablename in ('customers', 'customer_metrics', 'customer_tags')
            and not exists (select from pg_constraint c where c.conname = i.indexname);
        do $$ declare old record; begin for old in select * from dropped loop execute format('drop index %I', old.name); end loop; end $$;

        select setseed(0.42);

        insert into businesses (id, name, time_zone, currency, default_region, created_at, updated_at)
        select ('00000000-0000-7000-8000-00000000000' || n)::uuid, 'Business ' || n, 'America/Sao_Paulo', 'BRL', 'BR', '2023-01-01', '2023-01-01'
        from generate_series(1, 5) n;

        create temporary table drawn as
        select i, md5(i::text) as noise, random() as luck,
            ('00000000-0000-7000-8000-00000000000' || case when i % 6 > 0 then 1 else 2 + i / 6 % 4 end)::uuid as business,
            (array[
                'Maria', 'José', 'Ana', 'João', 'Antônio', 'Francisco', 'Carlos', 'Paulo', 'Pedro', 'Lucas', 'Luiz', 'Marcos', 'Luís', 'Gabriel',
                'Rafael', 'Daniel', 'Marcelo', 'Bruno', 'Eduardo', 'Felipe', 'Márcia', 'Fernanda', 'Patrícia', 'Aline', 'Sandra', 'Camila',
                'Amanda', 'Bruna', 'Jéssica', 'Letícia', 'Júlia', 'Luciana', 'Vanessa', 'Mariana', 'Gabriela', 'Vera', 'Vitória', 'Larissa',
                'Cláudia', 'Beatriz', 'Rita', 'Luana', 'Sônia', 'Renata', 'Eliane', 'Thomas', 'Michael', 'Sophie', 'Jürgen', 'Björn', 'Zoë',
                'Chloé', 'Łukasz', 'Søren', 'Müjde', 'Agnès', 'Íñigo', 'Xóchitl'])[1 + floor(58 * power(random(), 2.2))::int] as first_name,
            (array[
                'Silva', 'Santos', 'Oliveira', 'Souza', 'Rodrigues', 'Ferreira', 'Alves', 'Pereira', 'Lima', 'Gomes', 'Costa', 'Ribeiro', 'Martins',
                'Carvalho', 'Almeida', 'Lopes', 'Soares', 'Fernandes', 'Vieira', 'Barbosa', 'Rocha', 'Dias', 'Nascimento', 'Andrade', 'Moreira',
                'Nunes', 'Marques', 'Machado', 'Mendes', 'Freitas', 'Cardoso', 'Ramos', 'Gonçalves', 'Santana', 'Teixeira', 'Araújo', 'Assunção',
                'Köhler', 'Schröder', 'Müller', 'Tremblay', 'Lefèvre', 'Nguyễn', 'Øverland', 'Çelik', 'Žižka', 'O''Brien', 'Peña', 'Ibáñez',
                'de la Cruz', 'van den Berg', 'Saint-Exupéry'])[1 + floor(52 * power(random(), 2))::int]
                || case when i % 5000 = 7 then ' Quintanilha' when i % 400000 = 11 then ' Zwicky' else '' end as last_name,
            timestamptz '2023-01-01 00:00Z' + i * interval '75 seconds' as created_at,
            exp(3.5 + 1.4 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))::numeric(18, 2) as spent,
            random() as visit
        from generate_series(1, {{total}}) i;

        create temporary table people_drawn as
        select d.*,
            (lpad(to_hex((extract(epoch from created_at) * 1000)::bigint), 12, '0') || '7' || substr(noise, 1, 3) || '8' || substr(noise, 4, 15))::uuid as id
        from drawn d;

        insert into customers (
            id, business_id, external_id, email, phone, first_name, last_name, loyalty_tier, tier_updated_at, is_active, referral_code,
            created_at, updated_at, deleted_at)
        select
            id, business,
            case when luck < 0.5 then 'C-' || i end,
            regexp_replace(public.fold(first_name || '.' || last_name), '[^a-z0-9.]', '', 'g') || i || '@example.' || (array['com', 'org', 'net'])[1 + i % 3],
            case when luck > 0.3 then '+55119' || lpad(((i * 7919::bigint) % 100000000)::text, 8, '0') end,
            first_name, last_name,
            case when spent > 1200 then 'PLATINUM' when spent > 400 then 'GOLD' when spent > 150 then 'SILVER' else 'BRONZE' end,
            created_at, luck not between 0.600 and 0.608, upper(to_hex(i + 16777216)), created_at, created_at,
            case when luck between 0.700 and 0.708 then created_at + interval '1 day' end
        from people_drawn order by i;

        insert into customer_metrics (
            customer_id, business_id, total_spent, visit_count, first_visit_at, first_visit_on, last_visit_at, last_visit_on, updated_at)
        select d.id, d.business, d.spent * sign(v.count), v.count, v.at, v.at::date, v.at, v.at::date, d.created_at
        from people_drawn d
        cross join lateral (select
            case when d.visit < 0.1 then 0 else 1 + (d.visit * 40)::int end as count,
            case when d.visit >= 0.1 then d.created_at + (timestamptz '2026-01-01 00:00Z' - d.created_at) * power(d.visit, 0.5) end as at) v
        order by d.i;

        insert into customer_tags (business_id, customer_id, tag, created_by, created_at)
        select d.business, d.id, t.tag, 'generator', d.created_at
        from people_drawn d
        join (values ('Newsletter', 3), ('vip', 200), ('allergy: nuts', 2000)) as t (tag, every) on hashint8(d.i) % t.every = 0;

        do $$ declare old record; begin for old in select * from dropped loop execute old.definition; end loop; end $$;
        """;
}
