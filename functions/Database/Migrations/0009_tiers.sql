-- A change of a tier says under which version of the thresholds it came about; this tells what that version was. Nothing
-- has written audits before.

alter table tier_config_audits add column configuration_version bigint not null;
comment on column tier_config_audits.configuration_version is 'The version of tier_configurations that the change made.';
comment on column tier_config_audits.reason is 'pii: free text; of no customer, but one may be named in it';
